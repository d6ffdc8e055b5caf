"""What is bought and landed is resolved with its provenance: flood map, parcels, ATTOM's endpoints, estimates."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from reos.pipeline import warehouse as builder

HISTORY = [
    {"saleTransDate": "2020-03-02", "amount": {"saleamt": 510_000, "saletranstype": "Resale"}},
    {"saleTransDate": "2024-05-01", "amount": {"saleamt": 0, "saletranstype": "Resale"}},
]
FLOODWAY = {"features": [{"FLD_ZONE": "AE", "SFHA_TF": "T"}], "panel": {"EFF_DATE": 1_416_355_200_000}}
DRY = {"fema_flood_zone": "X", "fema_flood_zone_data_date": "2023-10-17"}
GAINED = ("zoning", "flood_zone", "in_flood_hazard_area", "flood_map_date", "avm_value", "estimated_rent")


def parcel(**fields: Any) -> dict[str, Any]:
    return {"properties": {"fields": {"parcelnumb": "1", **fields}}}


def prepare(world: Any) -> None:
    north = world.north
    rich = north.property("rich")
    north.answer("regrid_parcel", rich, **parcel(zoning="sf 5000", saleprice=1, saledate="2019-01-01", **DRY))
    north.answer("fema_flood_zone", rich, **FLOODWAY)
    north.answer("attom_avm", rich, identifier={"apn": "1"}, avm={"amount": {"value": 600_000}})
    north.answer("zillow_zestimate", rich, zpid="7", zestimate=650_000, rentalZestimate=3_100)
    north.answer("attom_sales_history", rich, identifier={"apn": "1"}, saleHistory=HISTORY)
    north.answer("attom_basic_profile", rich, identifier={"apn": "1"}, building={"rooms": {"beds": 3}})
    north.answer("attom_detail_owner", rich, identifier={"apn": "1"}, owner={"owner1": {"fullname": "Ann Oak"}})
    assessed = {"assessed": {"assdttlvalue": 400_000}}
    north.answer("attom_assessment", rich, identifier={"apn": "1"}, assessment=assessed)
    unmapped = north.property("unmapped")
    north.answer("fema_flood_zone", unmapped, features=[], availability=0)
    undetermined = north.property("undetermined")
    north.answer("fema_flood_zone", undetermined, features=[{"FLD_ZONE": "D", "SFHA_TF": "F"}])
    north.answer("regrid_parcel", undetermined, **parcel(**DRY))
    world.scorer.run()


def property_row(world: Any, apn: str) -> dict[str, Any]:
    (row,) = world.scorer.rows("select * from marts.dim_property where apn = %s", apn)
    return dict(row)


def provenance(world: Any, property_id: UUID) -> dict[str, dict[str, Any]]:
    rows = world.scorer.rows("select * from marts.property_field_provenance where property_id = %s", property_id)
    return {row["field"]: row for row in rows}


@pytest.mark.parametrize(
    ("field", "value", "source"),
    [
        ("zoning", "SF 5000", 7),
        ("flood_zone", "AE", 13),
        ("in_flood_hazard_area", True, 13),
        ("flood_map_date", date(2014, 11, 19), 13),
        ("avm_value", 600_000, 12),
        ("estimated_rent", 3_100, 14),
        ("last_sale_price", 510_000, 11),
        ("last_sale_date", date(2020, 3, 2), 11),
        ("beds", 3, 8),
        ("owner_name", "ANN OAK", 9),
        ("assessed_value", 400_000, 10),
    ],
)
def test_a_field_comes_from_the_source_that_wins_it(shared_world: Any, field: str, value: object, source: int) -> None:
    row = property_row(shared_world, "rich")
    assert (row[field], row[f"{field}_src"]) == (value, source)


def test_an_estimate_of_others_is_not_ours(shared_world: Any) -> None:
    row = property_row(shared_world, "rich")
    (score,) = shared_world.scorer.rows(
        "select estimated_value, missing_inputs from marts.fct_property_score where property_id = %s",
        row["property_id"],
    )
    assert score["estimated_value"] is None
    assert "comparable_sales" in score["missing_inputs"]


def test_provenance_names_the_answer_and_what_the_others_said(shared_world: Any) -> None:
    told = provenance(shared_world, property_row(shared_world, "rich")["property_id"])
    raw_id = shared_world.scorer.value("select min(raw_id) from raw.fema_flood_zone")
    flood = told["flood_zone"]
    assert (flood["source"], flood["raw_table"], flood["raw_id"]) == ("fema_nfhl", "raw.fema_flood_zone", raw_id)
    assert flood["rule"] == "first in rank"
    assert [(each["source"], each["value"]) for each in flood["candidates"]] == [("regrid", "X")]
    assert [(each["source"], each["value"]) for each in told["avm_value"]["candidates"]] == [
        ("zillow_bridge", "650000")
    ]
    assert told["avm_value"]["label"] == "ATTOM automated valuation"
    assert [each["source"] for each in told["last_sale_price"]["candidates"]] == ["regrid"]
    assert told["estimated_rent"]["candidates"] == []


def test_a_place_that_no_map_shows_is_unknown(shared_world: Any) -> None:
    row = property_row(shared_world, "unmapped")
    assert [row[field] for field in GAINED] == [None] * len(GAINED)
    assert [row[f"{field}_src"] for field in GAINED] == [None] * len(GAINED)


def test_the_flag_of_one_map_never_stands_beside_the_zone_of_another(shared_world: Any) -> None:
    """Regrid says X, which would be "no"; FEMA says D, which nobody has determined, and has no date of its map."""
    row = property_row(shared_world, "undetermined")
    assert (row["flood_zone"], row["flood_zone_src"]) == ("D", 13)
    assert [row[name] for name in ("in_flood_hazard_area", "in_flood_hazard_area_src", "flood_map_date")] == [None] * 3


def test_a_stale_flood_map_gives_way_to_a_fresh_one(world: Any) -> None:
    house = world.north.property("0000000001")
    world.north.day -= timedelta(days=401)
    world.north.answer("fema_flood_zone", house, **FLOODWAY)
    world.north.day += timedelta(days=401)
    world.north.answer("regrid_parcel", house, **parcel(**DRY))
    world.scorer.run()
    row = property_row(world, "0000000001")
    assert (row["flood_zone"], row["flood_zone_src"], row["in_flood_hazard_area"]) == ("X", 7, False)


def test_a_restricted_estimate_is_not_kept_beyond_its_time(world: Any) -> None:
    house = world.north.property("0000000001")
    world.north.day -= timedelta(days=31)
    world.north.answer("zillow_zestimate", house, zpid="7", zestimate=650_000, rentalZestimate=3_100)
    world.scorer.run()
    row = property_row(world, "0000000001")
    assert (row["avm_value"], row["avm_value_src"], row["estimated_rent"]) == (None, None, None)


def test_a_warehouse_of_before_gains_the_new_fields_in_its_next_run(world: Any) -> None:
    house, other = world.north.property("0000000001"), world.north.property("0000000002")
    world.scorer.run()
    dropped = ", ".join(f"drop column {field}, drop column {field}_src" for field in GAINED)
    with world.database.connect("superuser", autocommit=True) as conn:
        conn.execute("drop view marts.property_field_provenance")
        for table in ("intermediate.int_property__resolved", "marts.dim_property"):
            conn.execute(f"alter table {table} {dropped}")
    world.north.answer("fema_flood_zone", house, **FLOODWAY)
    world.scorer.run()
    assert property_row(world, "0000000001")["flood_zone"] == "AE"
    assert property_row(world, "0000000002")["flood_zone"] is None
    builder.build(world.scorer.settings, full_refresh=True, as_of=world.north.day, clock=world.scorer.clock)
    assert provenance(world, house)["flood_zone"]["value"] == "AE"
    assert provenance(world, other).keys() >= {"apn"}
