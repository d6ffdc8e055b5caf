"""Canaries of the suites of sales, valuations, parcels, flood zones and Zestimates: the bad is held, not the rest."""

from collections import defaultdict
from typing import Any

import pytest

from reos.quality.gate import GateBlockedError

HELD = "select suite, rule, property_id, reason, row_data from app.quarantine where released_at is null order by suite"
APN = {"identifier": {"apn": "0000000001"}}


def sales(*history: dict[str, Any]) -> dict[str, Any]:
    return {**APN, "saleHistory": list(history)}


def avm(**amount: Any) -> dict[str, Any]:
    return {**APN, "avm": {"amount": {"value": 300_000, "low": 290_000, "high": 310_000, **amount}}}


def parcel(**fields: Any) -> dict[str, Any]:
    return {"properties": {"fields": {"parcelnumb": "1", "zoning": "R-5", **fields}}}


def zone(**polygon: Any) -> dict[str, Any]:
    return {"features": [{"FLD_ZONE": "AE", "SFHA_TF": "T", **polygon}]}


# table: a good answer, then the bad ones, each with the column whose rule it breaks
PLANTS: dict[str, tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]] = {
    "attom_sales_history": (
        sales({"saleTransDate": "2020-1-5", "amount": {"saleamt": 1}}),
        [
            ("apn", {"saleHistory": []}),
            ("lowest_price", sales({"amount": {"saleamt": -1}}, {"amount": {"saleamt": 5}})),
            ("highest_price", sales({"amount": {"saleamt": 2_000_000_000}})),
            ("year_built", {**sales(), "summary": {"yearBuilt": 21_961}}),
            ("living_sqft", {**sales(), "building": {"size": {"universalSize": 435_000}}}),
            ("sale_days_ahead", sales({"saleTransDate": "2026-07-02"})),
        ],
    ),
    "attom_avm": (
        avm(),
        [
            ("apn", {"avm": {"amount": {"value": 5}}}),
            ("avm_value", avm(value=-1)),
            ("avm_high, avm_low", avm(low=310_000, high=290_000)),
        ],
    ),
    "regrid_parcel": (
        parcel(),
        [
            ("apn", parcel(parcelnumb=None)),
            ("year_built", parcel(yearbuilt=21_961)),
            ("living_sqft", parcel(recrdareano=20_000_000)),
            ("lot_sqft", parcel(ll_gissqft=-99_999)),
            ("assessed_value", parcel(parval=-1)),
            ("sale_price", parcel(saleprice=2_000_000_000)),
            ("flood_zone", parcel(fema_flood_zone="AB")),
        ],
    ),
    "fema_flood_zone": (
        zone(),
        [
            ("polygon_count", {"error": {"code": 400}}),
            ("flood_zone", zone(FLD_ZONE="Z")),
            ("is_special_area", zone(SFHA_TF="Y")),
        ],
    ),
    "zillow_zestimate": (
        {"zpid": "1", "zestimate": 300_000, "rentalZestimate": 2_000},
        [
            ("avm_value", {"zpid": "1", "zestimate": -1}),
            ("estimated_rent", {"zpid": "1", "rentalZestimate": 2_000_000}),
        ],
    ),
}


def test_each_bad_answer_is_held_by_its_rule_and_the_good_ones_are_resolved(world: Any) -> None:
    houses = world.north.neighbourhood(8)
    planted: dict[str, dict[Any, str]] = defaultdict(dict)
    for table, (good, bad) in PLANTS.items():
        world.north.answer(table, houses[-1], **good)
        for house, (rule, body) in zip(houses, bad, strict=False):
            world.north.answer(table, house, **body)
            planted[table][house] = rule
    report = world.scorer.run()

    held: dict[str, dict[Any, str]] = defaultdict(dict)
    for row in world.scorer.rows(HELD):
        held[row["suite"]][row["property_id"]] = row["rule"].partition("(")[2].rstrip(")")
        assert len(row["reason"].split()) > 8
        assert row["row_data"]["body"]
    assert held == planted
    assert report.quarantined == sum(len(bad) for _, bad in PLANTS.values())
    found = world.scorer.rows(
        "select zoning, flood_zone, in_flood_hazard_area, avm_value, estimated_rent, last_sale_price from "
        "marts.dim_property where property_id = %s",
        houses[-1],
    )
    assert list(found[0].values()) == ["R-5", "AE", True, 300_000, 2_000, 270_000]
    rest = "select count(zoning) + count(flood_zone) + count(avm_value) + count(estimated_rent) from marts.dim_property"
    assert world.scorer.value(rest) == 4


@pytest.mark.parametrize(
    ("table", "body"),
    [
        ("attom_sales_history", {**APN, "transfers": []}),
        ("regrid_parcel", {"properties": {"columns": {"parcelnumb": "1"}}}),
        ("fema_flood_zone", {"polygons": []}),
    ],
)
def test_a_renamed_section_stops_the_run(world: Any, table: str, body: dict[str, Any]) -> None:
    for house in world.north.neighbourhood(20):
        world.north.answer(table, house, **body)
    with pytest.raises(GateBlockedError, match=table):
        world.scorer.run()
    assert world.scorer.value("select count(*) from marts.dim_property") == 0
