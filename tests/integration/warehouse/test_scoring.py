"""Scores of a small neighbourhood, checked by hand, and what readers see of them."""
# ruff: noqa: S608 - the statements are built of names in this file

from typing import Any

import psycopg
import pytest

WORKED = "0000000001"  # sold at 200 a sqft, 2026-05-28


def prepare(world: Any) -> None:
    houses = world.north.neighbourhood()
    world.north.county(houses[0], WORKED)
    lonely = world.south.property("0000000099")
    world.south.imported(lonely, apn="0000000099", sale_date="2026-05-01", sale_price=300_000, living_sqft=1000)
    world.scorer.run()


def score_of(world: Any, apn: str) -> dict[str, Any]:
    (row,) = world.scorer.rows(
        "select f.* from marts.fct_property_score f join marts.dim_property d using (tenant_id, property_id) "
        "where d.apn = %s",
        apn,
    )
    return row


def test_a_property_is_valued_by_its_neighbours_and_its_assessment(shared_world: Any) -> None:
    """Eleven others sold at 210 … 310, median 260: 0.8 * 260,000 + 0.2 * 300,000 assessed = 268,000."""
    score = score_of(shared_world, WORKED)
    assert (score["comparable_area"], score["comparable_count"]) == ("zip", 11)
    assert float(score["price_per_sqft"]) == 260.0
    assert score["estimated_value"] == 268_000


def test_each_component_earns_the_points_that_its_formula_gives(shared_world: Any) -> None:
    """Discount (268-200)/268 = 0.2537 of -0.1 to 0.3: 22 of 25. Equity (268-160)/268 = 0.403 of 0 to 0.6: 10 of 15.
    Condition 3: 8 of 15. Age 46 of 100 to 0: 5 of 10. Size 1000 of 600 to 3000: 2 of 10. Trend: five others sold in the
    latest 183 days at a median of 230, six before that at 285: -0.349, 0 of 10.
    """
    points = dict(
        zip(
            ["discount", "equity", "condition", "age", "size", "location_momentum"],
            score_of(shared_world, WORKED)["component_points"],
            strict=False,
        )
    )
    assert points == {"discount": 22, "equity": 10, "condition": 8, "age": 5, "size": 2, "location_momentum": 0}


def test_the_reasons_add_up_to_the_score_of_every_property(shared_world: Any) -> None:
    sums = shared_world.scorer.rows(
        "select f.score, sum(r.points) as points, count(*) as reasons from marts.fct_property_score f "
        "join marts.property_score_reason r using (tenant_id, property_id) group by tenant_id, property_id, f.score"
    )
    assert len(sums) == 13
    assert all(row["score"] == row["points"] and row["reasons"] == 7 for row in sums)


def test_too_few_sales_give_no_estimate_and_name_what_is_missing(shared_world: Any) -> None:
    score = score_of(shared_world, "0000000099")
    assert score["estimated_value"] is None
    assert "comparable_sales" in score["missing_inputs"]
    reasons = shared_world.scorer.rows(
        "select reason_code, points, missing from marts.property_score_reason where property_id = %s",
        score["property_id"],
    )
    assert {"reason_code": "discount_missing", "points": 0, "missing": True} in reasons
    assert 0 < score["confidence"] < 0.3


def test_provenance_tells_where_each_number_comes_from_and_what_the_others_said(shared_world: Any) -> None:
    rows = shared_world.scorer.rows(
        "select p.* from marts.property_field_provenance p join marts.dim_property d using (tenant_id, property_id) "
        "where d.apn = %s",
        WORKED,
    )
    told = {row["field"]: row for row in rows}
    beds = told["beds"]
    assert (beds["value"], beds["source"], beds["rule"]) == ("3", "import", "first in rank")
    assert [(each["source"], each["value"]) for each in beds["candidates"]] == [("county_assessor", "4")]
    owner = told["owner_name"]
    assert (owner["value"], owner["raw_table"]) == ("BLACKTHORN PILAR", "raw.county_assessor_parcel")
    body = shared_world.scorer.value("select body from raw.county_assessor_parcel where raw_id = %s", owner["raw_id"])
    assert body["OWNER_NAME"] == "BLACKTHORN PILAR"


@pytest.mark.parametrize(
    "relation",
    [
        "dim_property",
        "fct_property_score",
        "fct_property_score_history",
        "property_score_reason",
        "property_field_provenance",
    ],
)
def test_a_tenant_sees_its_own_rows_and_nobody_elses(shared_world: Any, relation: str) -> None:
    seen = {}
    with shared_world.database.connect("app", autocommit=True) as conn:
        for name in ("north", "south"):
            tenant_id = getattr(shared_world, name).tenant_id
            with conn.transaction():
                conn.execute("select set_config('app.current_tenant_id', %s, true)", (str(tenant_id),))
                rows = conn.execute(
                    f"select tenant_id, count(*) as n from marts.{relation} group by tenant_id"
                ).fetchall()
            assert [row["tenant_id"] for row in rows] == [tenant_id]
            seen[name] = rows[0]["n"]
        assert conn.execute(f"select count(*) as n from marts.{relation}").fetchone() == {"n": 0}
    assert seen["north"] > seen["south"]


def test_the_application_can_neither_write_a_mart_nor_read_candidates(shared_world: Any) -> None:
    with shared_world.database.connect("app", autocommit=True) as conn:
        for statement in (
            "delete from marts.fct_property_score",
            "update marts.dim_property set beds = 9",
            "select * from intermediate.int_property__scored",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement)


def test_every_mart_is_isolated_and_every_view_runs_as_its_reader(shared_world: Any) -> None:
    tables = shared_world.scorer.rows(
        "select c.relname, c.relrowsecurity and c.relforcerowsecurity as forced, count(p.oid) as policies "
        "from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'marts' "
        "join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' "
        "left join pg_policy p on p.polrelid = c.oid where c.relkind = 'r' group by 1, 2"
    )
    assert {row["relname"] for row in tables} == {"dim_property", "fct_property_score", "fct_property_score_history"}
    assert all(row["forced"] and row["policies"] == 4 for row in tables)
    views = shared_world.scorer.rows(
        "select c.relname, c.reloptions from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname in ('staging', 'intermediate', 'marts') and c.relkind = 'v'"
    )
    assert len(views) >= 10
    assert all("security_invoker=true" in (row["reloptions"] or []) for row in views)


def test_every_column_of_a_mart_is_described_in_the_database(shared_world: Any) -> None:
    bare = shared_world.scorer.rows(
        "select c.relname, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
        "where n.nspname = 'marts' and c.relkind in ('r', 'v') and col_description(c.oid, a.attnum) is null"
    )
    assert bare == []
