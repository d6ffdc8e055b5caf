"""What the gates let through, hold back and stop. These are the canaries: a planted bad row must turn the run red."""

import json
from typing import Any

import pytest
import sqlalchemy

from reos.pipeline import warehouse as builder
from reos.pipeline.dbt_result import WarehouseError
from reos.quality import release
from reos.quality.gate import GateBlockedError

HELD = "select rule, severity, property_id, reason, row_data, released_at from app.quarantine order by created_at, rule"


def test_a_planted_bad_row_is_held_back_with_its_reason_and_the_rest_goes_through(world: Any) -> None:
    houses = world.north.neighbourhood(6)
    world.north.county(houses[0], "0000000001", SQFT_TOT_LIVING=2_000_000, OWNER_NAME="BAD ROW")
    world.north.county(houses[1], "0000000002", OWNER_NAME="GOOD ROW")
    report = world.scorer.run()

    (held,) = world.scorer.rows(HELD)
    assert (held["rule"], held["property_id"]) == ("expect_column_values_to_be_between(living_sqft)", houses[0])
    assert "two acres" in held["reason"]
    assert held["row_data"]["body"]["OWNER_NAME"] == "BAD ROW"
    assert (report.quarantined, report.published) == (1, 6)
    owners = world.scorer.rows("select owner_name from marts.dim_property where owner_name is not null")
    assert owners == [{"owner_name": "GOOD ROW"}]


def test_a_corrected_answer_passes_and_a_held_one_stays_held(world: Any) -> None:
    houses = world.north.neighbourhood(1)
    world.north.county(houses[0], "0000000001", YR_BUILT=-5)
    assert world.scorer.run().quarantined == 1
    world.north.attom(houses[0], identifier={"apn": "0000000001"})  # queues the property again
    assert world.scorer.run().quarantined == 0
    owner = "select owner_name from marts.dim_property"
    assert world.scorer.value(owner) is None

    world.north.county(houses[0], "0000000001", YR_BUILT=1961)
    world.scorer.run()
    assert world.scorer.value(owner) == "BLACKTHORN PILAR"
    assert len(world.scorer.rows(HELD)) == 1


def test_a_released_row_goes_through_and_is_not_held_again(world: Any) -> None:
    houses = world.north.neighbourhood(1)
    world.north.county(houses[0], "0000000001", LOT_SQFT=600_000_000)
    world.scorer.run()
    quarantine_id = world.scorer.value("select quarantine_id from app.quarantine")
    with world.database.connect("quality", autocommit=True) as conn:
        release(conn, world.north.tenant_id, quarantine_id, requeue="int_property__resolved", clock=world.scorer.clock)
    report = world.scorer.run()

    assert (report.computed, report.quarantined) == (1, 0)
    assert world.scorer.value("select owner_name from marts.dim_property") == "BLACKTHORN PILAR"


def test_rows_that_arrive_while_the_gate_looks_do_not_stop_the_run(world: Any) -> None:
    houses = world.north.neighbourhood(12)
    for number, house in enumerate(houses[:4], start=1):
        world.north.county(house, f"{number:010d}")
    late = iter(enumerate(houses[4:], start=5))

    def arrive(_connection: sqlalchemy.Connection) -> None:
        if arriving := next(late, None):
            world.north.county(arriving[1], f"{arriving[0]:010d}")

    sqlalchemy.event.listen(sqlalchemy.Engine, "begin", arrive)
    try:
        assert world.scorer.run().quarantined == 0
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "begin", arrive)
    assert next(late, None) is None


def test_a_layer_whose_attributes_were_renamed_stops_the_run(world: Any) -> None:
    houses = world.north.neighbourhood(24)
    world.scorer.run()
    before = world.scorer.rows("select * from marts.fct_property_score order by property_id")
    for house in houses:
        world.north.county_verbatim(house, {"PARCEL_NO": "1"})
    with pytest.raises(GateBlockedError, match="attributes were renamed") as stopped:
        world.scorer.run()

    assert "data-docs/index.html" in str(stopped.value)
    assert world.scorer.rows("select * from marts.fct_property_score order by property_id") == before
    queued = "select count(distinct property_id) from app.dirty_property where model = 'landing_batch'"
    assert world.scorer.value(queued) == 24
    assert world.scorer.value("select count(*) from app.quality_run where blocked") == 1


def test_a_wrong_score_is_not_published(world: Any) -> None:
    """The candidate is spoilt between being computed and being audited, as a fault in the formula would."""
    houses = world.north.neighbourhood(6)
    world.scorer.run()
    published = world.scorer.rows("select property_id, score from marts.fct_property_score order by 1")
    with world.database.connect("superuser", autocommit=True) as conn:
        conn.execute(
            """
            create function intermediate.spoil() returns trigger language plpgsql as
              $$ begin new.score := new.score + 1; return new; end $$
            """
        )
        conn.execute(
            "create trigger spoil before insert or update on intermediate.int_property__scored "
            "for each row execute function intermediate.spoil()"
        )
        world.north.county(houses[0], "0000000001")
        with pytest.raises(GateBlockedError, match="expect_column_pair_values_to_be_equal"):
            world.scorer.run()
        assert world.scorer.rows("select property_id, score from marts.fct_property_score order by 1") == published

        conn.execute("drop trigger spoil on intermediate.int_property__scored")
    world.north.county(houses[0], "0000000001", BEDROOMS=5)
    assert world.scorer.run().published == 1


def test_an_absurd_estimate_is_held_back_and_the_last_good_score_stays(world: Any) -> None:
    houses = world.north.neighbourhood(6)
    world.scorer.run()
    before = world.scorer.rows(
        "select score_version, score from marts.fct_property_score where property_id = %s", houses[0]
    )
    world.north.imported(houses[0], zip5="98001", sale_date="2026-06-01", sale_price=200_000, living_sqft=20)
    report = world.scorer.run()

    (held,) = world.scorer.rows(HELD)
    assert (held["rule"], held["property_id"]) == ("expect_column_values_to_be_between(estimated_value)", houses[0])
    assert report.quarantined == 1
    after = world.scorer.rows(
        "select score_version, score from marts.fct_property_score where property_id = %s", houses[0]
    )
    assert after == before


def test_a_planted_duplicate_turns_the_build_red(world: Any) -> None:
    world.north.neighbourhood(2)
    world.scorer.run()
    with world.database.connect("superuser", autocommit=True) as conn:
        (index,) = conn.execute(
            "select indexrelid::regclass::text as name from pg_index "
            "where indrelid = 'marts.dim_property'::regclass and indisunique"
        ).fetchall()
        conn.execute(f"drop index {index['name']}")
        conn.execute("insert into marts.dim_property select * from marts.dim_property limit 1")
    with pytest.raises(WarehouseError, match="dim_property__grain: Got 1 result"):
        builder.build(world.scorer.settings, select="dim_property", as_of=world.north.day, clock=world.scorer.clock)


def test_each_run_of_a_gate_leaves_a_record_and_a_page(world: Any) -> None:
    houses = world.north.neighbourhood(1)
    world.north.county(houses[0], "0000000001")
    world.scorer.run()
    runs = world.scorer.rows("select suite, success, blocked, statistics from app.quality_run order by suite")
    assert [row["suite"] for row in runs] == ["county_assessor_parcel", "fct_property_score", "import_record"]
    assert json.loads(json.dumps(runs[0]["statistics"])) == {"rows": 1, "rules": 10, "broken": [], "quarantined": 0}
    docs = world.scorer.state_dir / "data-docs"
    for suite in ("county_assessor_parcel", "fct_property_score", "import_record"):
        assert f'href="{suite}/index.html"' in (docs / "index.html").read_text()
        assert list((docs / suite / "validations").rglob("*.html"))
