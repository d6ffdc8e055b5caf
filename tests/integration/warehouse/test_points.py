"""Where a property is, after resolution: the best source that may be used, and why the others were not taken."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

HOUSE = "0000000001"
NORTH_M = 1 / 111_195


def land_point(world: Any, property_id: UUID, source: str, latitude: float | None, reason: str | None = None) -> None:
    """Land a point as geocoding does; one with a reason is flagged."""
    world.north.conn.execute(
        """insert into raw.geocode_point (tenant_id, property_id, source, logical_date, fetched_at, licence, body,
                                          body_sha256, latitude, longitude, quality, flagged, reason)
           values (%s, %s, %s, %s, %s, 'open', '{}', sha256('x'), %s, %s, %s, %s, %s)
           on conflict (tenant_id, property_id, source, logical_date)
           do update set latitude = excluded.latitude, flagged = excluded.flagged, reason = excluded.reason""",
        (
            *(world.north.tenant_id, property_id, source, world.north.day, world.scorer.clock.now(), latitude),
            None if latitude is None else -122.2,
            None if latitude is None else "rooftop",
            *(latitude is not None and reason is not None, reason),
        ),
    )


def resolved(world: Any, property_id: UUID) -> tuple[float | None, float | None, str | None]:
    world.scorer.run()
    (row,) = world.scorer.rows(
        """select d.latitude, d.longitude, s.source, d.latitude_src = d.longitude_src as together
             from marts.dim_property d left join marts.source s on s.source_code = d.latitude_src
            where d.property_id = %s""",
        property_id,
    )
    assert row["together"] in {True, None}
    return row["latitude"], row["longitude"], row["source"]


def provenance(world: Any, property_id: UUID) -> dict[str, Any] | None:
    rows = world.scorer.rows(
        "select * from marts.property_field_provenance where property_id = %s and field = 'latitude'", property_id
    )
    return rows[0] if rows else None


def test_a_found_point_becomes_the_propertys_and_a_better_source_replaces_it(world: Any) -> None:
    home = world.north.property(HOUSE)
    land_point(world, home, "census", 47.31)
    assert resolved(world, home) == (47.31, -122.2, "census")
    land_point(world, home, "openaddresses", 47.32)
    assert resolved(world, home) == (47.32, -122.2, "openaddresses")
    world.north.county(home, HOUSE, LAT=47.33)
    assert resolved(world, home) == (47.33, -122.2, "county_assessor")
    told = provenance(world, home)
    assert told
    assert [(each["source"], each["value"], each["rejected"]) for each in told["candidates"]] == [
        ("openaddresses", "47.32", None),
        ("census", "47.31", None),
    ]


def test_a_flagged_point_is_told_with_its_reason_and_not_used(world: Any) -> None:
    home = world.north.property(HOUSE)
    reason = "It lies 30.0 km from the middle of ZIP code 98001, whose addresses lie within 4.0 km."
    land_point(world, home, "openaddresses", 47.6, reason)
    land_point(world, home, "census", 47.31)
    assert resolved(world, home) == (47.31, -122.2, "census")
    told = provenance(world, home)
    assert told
    assert told["rule"] == "rank 12: what ranks before it may not be used"
    assert [(each["source"], each["value"], each["rejected"]) for each in told["candidates"]] == [
        ("openaddresses", "47.6", reason)
    ]


def test_a_leads_own_point_goes_first_unless_it_is_flagged(world: Any) -> None:
    home = world.north.property(HOUSE, latitude=47.4, longitude=-122.2)
    world.north.county(home, HOUSE, LAT=47.33)
    assert resolved(world, home) == (47.4, -122.2, "lead")
    land_point(world, home, "lead", 47.4, "It lies outside of WA.")
    assert resolved(world, home) == (47.33, -122.2, "county_assessor")
    told = provenance(world, home)
    assert told
    assert told["candidates"][0]["rejected"] == "It lies outside of WA."
    world.north.conn.execute("update app.property set latitude = 47.35 where property_id = %s", (home,))
    assert resolved(world, home) == (47.35, -122.2, "lead")


def test_a_flagged_point_is_not_used_from_a_source_that_states_the_same(world: Any) -> None:
    home = world.north.property(HOUSE, latitude=48.4, longitude=-122.2)
    world.north.imported(home, latitude=48.4, longitude=-122.2)
    land_point(world, home, "lead", 48.4, "It lies outside of WA.")
    assert resolved(world, home) == (None, None, None)


def test_where_no_point_may_be_used_provenance_still_says_why(world: Any) -> None:
    home = world.north.property(HOUSE)
    land_point(world, home, "openaddresses", None, "The 2 points of this address lie 400 m apart.")
    assert resolved(world, home) == (None, None, None)
    told = provenance(world, home)
    assert told
    assert (told["value"], told["source"], told["rule"]) == (None, None, "no source has a value that may be used")
    assert [(each["value"], each["rejected"]) for each in told["candidates"]] == [
        (None, "The 2 points of this address lie 400 m apart.")
    ]
    assert provenance(world, world.north.property("0000000002")) is None


def test_an_earlier_day_sees_the_earlier_point(world: Any) -> None:
    home = world.north.property(HOUSE)
    today = world.north.day
    world.north.day = today - timedelta(days=10)
    land_point(world, home, "census", 47.31)
    world.north.day = today
    land_point(world, home, "census", 47.32)
    assert resolved(world, home) == (47.32, -122.2, "census")
    world.north.conn.execute("update app.property set city = 'AUBURN' where property_id = %s", (home,))
    world.scorer.run(as_of=today - timedelta(days=1))
    latitude = "select latitude from marts.dim_property where property_id = %s"
    assert world.scorer.value(latitude, home) == pytest.approx(47.31)


def test_the_same_point_again_queues_nothing(world: Any) -> None:
    home = world.north.property(HOUSE)
    land_point(world, home, "census", 47.31)
    world.scorer.run()
    assert world.scorer.run().computed == 0
    land_point(world, home, "census", 47.311)
    assert world.scorer.run().computed == 1


def test_a_point_outside_of_the_country_is_held_back_and_a_flagged_one_is_not(world: Any) -> None:
    home, other = world.north.property(HOUSE), world.north.property("0000000002", latitude=-47.5, longitude=-122.2)
    land_point(world, home, "census", 85.0)
    land_point(world, other, "lead", -47.5, "It lies outside of WA.")
    assert resolved(world, home) == resolved(world, other) == (None, None, None)
    (held,) = world.scorer.rows("select property_id, suite, row_data from app.quarantine")
    assert (held["property_id"], held["suite"]) == (home, "geocode_point")
    assert (held["row_data"]["source"], held["row_data"]["latitude"]) == ("census", 85.0)


def test_flags_on_most_points_are_a_warning_that_stops_nothing(world: Any) -> None:
    homes = [world.north.property(f"{number:010d}") for number in range(20)]
    for number, home in enumerate(homes):
        land_point(world, home, "openaddresses", 47.3, "It lies outside of WA." if number < 11 else None)
    report = world.scorer.run()
    assert (report.computed, report.quarantined) == (20, 0)
    broken = world.scorer.rows("select blocked from app.quality_run where not success and suite = 'geocode_point'")
    assert broken == [{"blocked": False}]
