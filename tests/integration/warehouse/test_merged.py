"""Merged properties in the warehouse: the survivor speaks with all answers; unmerged, both are themselves again."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from reos.core.clock import FixedClock
from reos.db import tenant_transaction
from reos.pipeline import merge
from reos.pipeline import warehouse as builder

RESOLVED = """
select property_id, apn, beds, beds_src, living_sqft, living_sqft_src, owner_name from marts.dim_property
 order by property_id
"""


def person(world: Any) -> merge.Person:
    return merge.Person(uuid4(), FixedClock(world.scorer.clock.now()))


def join(world: Any, survivor: UUID, absorbed: UUID) -> None:
    with tenant_transaction(world.north.conn, world.north.tenant_id):
        merge.merge(
            world.north.conn, world.north.tenant_id, survivor, absorbed, reason="one home", person=person(world)
        )


def part(world: Any, survivor: UUID, absorbed: UUID) -> None:
    with tenant_transaction(world.north.conn, world.north.tenant_id):
        merge.unmerge(world.north.conn, world.north.tenant_id, survivor, absorbed, reason="two", person=person(world))


def resolved(world: Any) -> dict[UUID, dict[str, Any]]:
    return {row["property_id"]: row for row in world.scorer.rows(RESOLVED)}


def two_homes(world: Any) -> tuple[UUID, UUID]:
    """A house known by its address with an imported line, and a parcel with the county's answer."""
    address = {"address_key": "12|OAK", "address_line": "12 OAK ST"}
    by_address = world.north.property("house", apn_key=None, **address)
    world.north.conn.execute("update app.property set apn = null where property_id = %s", (by_address,))
    world.north.imported(by_address, zip5="98001", living_sqft=1180)
    parcel = world.north.property("0000000001")
    world.north.county(parcel, "0000000001", BEDROOMS=4, SQFT_TOT_LIVING=1500)
    return by_address, parcel


def test_an_absorbed_property_leaves_the_marts_and_its_answers_feed_the_survivor(world: Any) -> None:
    house, parcel = two_homes(world)
    world.scorer.run()
    before = resolved(world)
    assert set(before) == {house, parcel}

    join(world, house, parcel)
    world.scorer.run()
    (found,) = resolved(world).values()
    assert found["property_id"] == house
    # the import's own area wins by rank, the county's beds fill in, and the parcel number is the absorbed one's
    assert (found["living_sqft"], found["living_sqft_src"], found["beds"], found["beds_src"]) == (1180, 2, 4, 3)
    assert found["apn"] == "0000000001"
    assert world.scorer.value("select count(*) from marts.fct_property_score") == 1
    assert world.scorer.value("select count(*) from intermediate.int_property__valued") == 1

    part(world, house, parcel)
    world.scorer.run()
    assert resolved(world) == before
    # both have news that enrichment has not answered, so their scores wait; nothing else does
    waiting = world.scorer.rows("select distinct model from app.dirty_property")
    assert [row["model"] for row in waiting] == ["property.scored"]


def test_the_history_of_an_absorbed_property_is_kept(world: Any) -> None:
    house, parcel = two_homes(world)
    world.scorer.run()
    join(world, house, parcel)
    world.scorer.run()
    assert world.scorer.rows("select from app.dirty_property where property_id = %s", parcel) == []
    kept = "select count(*) from marts.fct_property_score_history where property_id = %s"
    assert world.scorer.value(kept, parcel) == 1
    assert world.scorer.value("select count(*) from raw.county_assessor_parcel where property_id = %s", parcel) == 1


def test_an_answer_that_lands_under_the_absorbed_property_reaches_the_survivor(world: Any) -> None:
    house, parcel = two_homes(world)
    join(world, house, parcel)
    world.scorer.run()
    world.north.day += timedelta(days=1)
    world.north.county(parcel, "0000000001", BEDROOMS=5)
    world.scorer.run(as_of=world.north.day)
    assert resolved(world)[house]["beds"] == 5


def test_provenance_names_the_answer_of_the_absorbed_property(world: Any) -> None:
    house, parcel = two_homes(world)
    join(world, house, parcel)
    world.scorer.run()
    raw_id = world.scorer.value("select raw_id from raw.county_assessor_parcel where property_id = %s", parcel)
    (beds,) = world.scorer.rows(
        "select source, raw_table, raw_id from marts.property_field_provenance "
        "where property_id = %s and field = 'beds'",
        house,
    )
    assert beds == {"source": "county_assessor", "raw_table": "raw.county_assessor_parcel", "raw_id": raw_id}


def test_the_landing_gate_looks_at_what_the_absorbed_property_brings(world: Any) -> None:
    house, parcel = two_homes(world)
    join(world, house, parcel)
    world.north.day += timedelta(days=1)
    world.north.county(parcel, "0000000001", BEDROOMS=7, SQFT_TOT_LIVING=2_000_000)
    world.scorer.run(as_of=world.north.day)
    held = world.scorer.rows("select property_id from app.quarantine where suite = 'county_assessor_parcel'")
    assert {row["property_id"] for row in held} == {parcel}
    assert resolved(world)[house]["beds"] == 4


def test_steps_end_as_a_full_computation_does(world: Any) -> None:
    house, parcel = two_homes(world)
    third = world.north.property("0000000002", zip5="98001")
    world.north.county(third, "0000000002", YR_BUILT=1999)
    world.scorer.run()
    join(world, house, parcel)
    world.scorer.run()
    join(world, third, house)
    world.scorer.run()
    part(world, third, house)
    world.scorer.run()
    stepwise = resolved(world)
    assert set(stepwise) == {house, third}
    builder.build(world.scorer.settings, full_refresh=True, as_of=world.north.day, clock=world.scorer.clock)
    assert resolved(world) == stepwise
