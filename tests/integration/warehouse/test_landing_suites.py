"""The canaries of the landing suites: a planted bad answer of each source is held with its reason, or stops the run."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from reos.quality.gate import GateBlockedError

APN = "0000000001"
OWNER_OF = "select owner_name from marts.dim_property where property_id = %s"
HELD = "select suite, rule, property_id, reason, row_data from app.quarantine where released_at is null order by suite"
Plant = Callable[..., None]


def attom(table: str) -> Plant:
    def plant(world: Any, house: UUID, **sections: Any) -> None:
        owner = {"owner": {"owner1": {"fullName": "FROM ATTOM"}}}
        assessment = {**owner, **sections.pop("assessment", {})}
        world.north.answer(table, house, **{"identifier": {"apn": APN}, "assessment": assessment, **sections})

    return plant


def line(world: Any, house: UUID, **body: Any) -> None:
    sale = {"sale_date": "2026-06-01", "sale_price": 210_000, "living_sqft": 1000}
    world.north.imported(house, **{**sale, "owner_name": "FROM A FILE", "zip5": "98001", **body})


ATTOM: dict[str, dict[str, Any]] = {
    "year_built": {"summary": {"yearBuilt": 21_961}},
    "living_sqft": {"building": {"size": {"universalSize": 435_000}}},
    "lot_sqft": {"lot": {"lotSize2": -99_999}},
    "assessed_value": {"assessment": {"assessed": {"assdTtlValue": -1}}},
    "sale_price": {"sale": {"amount": {"saleAmt": 2_000_000_000}}},
    "recorded_loan": {"assessment": {"mortgage": {"FirstConcurrent": {"amount": -5}}}},
    "apn": {"identifier": {"attomId": 7}},
}
IMPORTED: dict[str, dict[str, Any]] = {
    "sale_price": {"sale_price": 2_100_000_000},
    "sale_days_ahead": {"sale_date": "2026-07-02"},
    "living_sqft": {"living_sqft": 210_000},
    "lot_sqft": {"lot_sqft": -1},
    "year_built": {"year_built": 98_001},
    "year_renovated": {"year_renovated": -1},
    "assessed_value": {"assessed_value": -1},
}
ATTOM_TABLES = ["attom_expanded_profile", "attom_basic_profile", "attom_detail_owner", "attom_assessment"]
PLANTS = [*((attom(table), table, ATTOM) for table in ATTOM_TABLES), (line, "import_record", IMPORTED)]


@pytest.mark.parametrize(("plant", "suite", "faults"), PLANTS, ids=[*ATTOM_TABLES, "import"])
def test_each_bad_answer_is_held_with_its_reason_and_the_good_ones_go_on(
    world: Any, plant: Any, suite: str, faults: dict[str, dict[str, Any]]
) -> None:
    houses = world.north.neighbourhood(len(faults) + 1)
    for house, fault in zip(houses, faults.values(), strict=False):
        plant(world, house, **fault)
    plant(world, houses[-1])
    report = world.scorer.run()

    held = world.scorer.rows(HELD)
    told = {row["property_id"]: row["rule"].partition("(")[2].rstrip(")") for row in held}
    assert told == dict(zip(houses, faults, strict=False))
    assert {row["suite"] for row in held} == {suite}
    assert all(len(row["reason"].split()) > 8 and row["row_data"]["body"] for row in held)
    assert report.quarantined == len(faults)
    assert world.scorer.value(OWNER_OF, houses[-1]).startswith("FROM")
    assert [world.scorer.value(OWNER_OF, house) for house in houses[:-1]] == [None] * len(faults)
    assert world.scorer.value("select count(*) from marts.fct_property_score") == len(houses)


def test_a_held_sale_is_nobodys_comparable(world: Any) -> None:
    houses = world.north.neighbourhood(1)
    world.north.imported(houses[0], sale_date="2026-06-20", sale_price=1_500_000_000, living_sqft=1000)
    world.scorer.run()
    assert world.scorer.value("select last_sale_price from marts.dim_property") == 200_000


def test_renamed_keys_of_attom_stop_the_run_and_nothing_is_published(world: Any) -> None:
    houses = world.north.neighbourhood(24)
    world.scorer.run()
    before = world.scorer.rows("select * from marts.fct_property_score order by property_id")
    for house in houses:
        world.north.attom(house, ident={"parcel": APN}, assessment={"owner": {"owner1": {"fullName": "RENAMED"}}})
    with pytest.raises(GateBlockedError, match=r"attom_expanded_profile.*keys were renamed"):
        world.scorer.run()
    assert world.scorer.rows("select * from marts.fct_property_score order by property_id") == before
    assert world.scorer.value("select count(*) from marts.dim_property where owner_name = 'RENAMED'") == 0


def test_many_old_good_answers_do_not_hide_that_the_newest_are_broken(world: Any) -> None:
    houses = world.north.neighbourhood(20)
    day = world.north.day
    for back in range(5, 0, -1):
        world.north.day = day.replace(day=day.day - back)
        for number, house in enumerate(houses, start=1):
            world.north.county(house, f"{number:010d}")
    world.scorer.run()
    world.north.day = day
    for house in houses:
        world.north.county_verbatim(house, {"PARCEL_NO": "1"})
    with pytest.raises(GateBlockedError, match="attributes were renamed"):
        world.scorer.run()


def test_one_tenants_bad_file_stops_nobody(world: Any) -> None:
    theirs = world.south.neighbourhood(3)
    ours = world.north.neighbourhood(24)
    for house in ours:
        line(world, house, living_sqft=900_000)
    report = world.scorer.run()
    assert report.quarantined == len(ours)
    assert report.published == len(ours) + len(theirs)
