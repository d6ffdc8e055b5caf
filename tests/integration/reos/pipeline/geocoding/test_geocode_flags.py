"""Points that cannot be right are kept with the reason and are not used; others are left alone."""

import json
from datetime import timedelta

import pytest

from reos.pipeline.geocode_answers import Answer, add_answers
from reos.property.geocode_landing import land
from reos.property.geocode_local import open_batch

HOME = "12 N Oak St, Auburn, WA 98001"
KM = 1000 / 111_195  # in degrees of latitude


def stated(bench, north_km, **claim):
    """Add a lead with coordinates `north_km` from the middle of its ZIP code; return the verdict on them, if any."""
    given = {"latitude": 47.5 + north_km * KM, "longitude": -122.2, **claim}
    home = bench.lead(bench.tenants[0], HOME, **given)
    report = bench.run()
    return home, bench.points(home, "lead"), report


@pytest.mark.parametrize(("north_km", "flagged"), [(3.9, False), (4.1, True)])
def test_twice_the_radius_and_two_kilometres_are_the_limit(bench, north_km, flagged):
    bench.area(radius_m=1000)
    bench.point(HOME, north_km * 1000)
    home = bench.lead(bench.tenants[0], HOME)
    report = bench.run()
    (row,) = bench.points(home, "openaddresses")
    assert (row["flagged"], report.asked) == (flagged, int(flagged))
    told = "It lies 4.1 km from the middle of ZIP code 98001, whose addresses lie within 1.0 km."
    assert row["reason"] == (told if flagged else None)
    assert row["distance_m"] == pytest.approx(north_km * 1000, rel=0.01)


def test_a_flagged_point_is_kept_as_it_was_found_and_the_geocoder_is_asked_instead(bench):
    bench.area()
    source_id = bench.point(HOME, 90_000)
    home = bench.lead(bench.tenants[0], HOME)
    assert bench.run().asked == 1
    (row,) = bench.points(home, "openaddresses")
    assert (row["quality"], row["body"]["point"]["source_id"]) == ("rooftop", source_id)
    assert bench.points(home, "census") != []


def test_coordinates_that_a_lead_brings_are_believed_and_spare_the_question(bench):
    bench.area()
    _, rows, report = stated(bench, 0.5)
    assert (rows, report.asked, report.raw_rows) == ([], 0, 0)


def test_coordinates_of_a_lead_far_from_its_zip_code_are_flagged_and_the_geocoder_is_asked(bench):
    bench.area()
    _, (row,), report = stated(bench, 30)
    assert (row["flagged"], row["quality"], row["licence"]) == (True, "stated", "user")
    assert row["body"] == {"latitude": row["latitude"], "longitude": -122.2}
    assert report.asked == 1


def test_swapped_coordinates_lie_outside_of_the_state_even_where_no_points_are_loaded(bench):
    _, (row,), _ = stated(bench, 0, latitude=-22.2, longitude=47.5)
    assert (row["flagged"], row["distance_m"], row["reason"]) == (True, None, "It lies outside of WA.")


def test_an_area_of_a_few_points_says_nothing(bench):
    bench.area(points=9)
    _, rows, report = stated(bench, 30)
    assert (rows, report.asked) == ([], 0)


@pytest.mark.parametrize(
    ("address", "latitude", "longitude"),
    [("1 Adak Rd, Adak, AK 99546", 51.88, -176.65), ("1 Shemya Rd, Shemya, AK 99546", 52.72, 174.11)],
)
def test_alaska_lies_on_both_sides_of_the_date_line(bench, address, latitude, longitude):
    home = bench.lead(bench.tenants[0], address, latitude=latitude, longitude=longitude)
    bench.run()
    assert bench.points(home) == []


def test_a_lead_that_was_corrected_is_judged_again_and_the_flag_is_lifted(bench):
    tenant = bench.tenants[0]
    bench.area()
    home, _, _ = stated(bench, 30)
    bench.clock.instant += timedelta(days=1)
    bench.rows("update app.property set latitude = 47.5")
    bench.tell(tenant, home)
    bench.run()
    assert [row["flagged"] for row in bench.points(home, "lead")] == [True, False]


def imported(bench, property_id, key, **body):
    bench.rows(
        """insert into raw.import_record (tenant_id, property_id, logical_date, fetched_at, licence, body, body_sha256,
                                          batch_id, line, profile, record_key)
           values (%s, %s, '2026-11-24', %s, 'user', %s, sha256('x'), gen_random_uuid(), 2, 'test', %s)""",
        *(bench.tenants[0], property_id, bench.clock.now(), json.dumps(body), key),
    )


def test_the_newest_imported_point_is_judged_where_it_differs_from_the_leads(bench):
    bench.area()
    home = bench.lead(bench.tenants[0], HOME, latitude=47.5, longitude=-122.2)
    imported(bench, home, "old", sale_date="2014-05-02", latitude=47.5, longitude=-122.2)
    imported(bench, home, "new", sale_date="2015-05-02", latitude="48.5", longitude=-122.2)
    imported(bench, home, "odd", sale_date="2016-05-02", latitude="north", longitude=-122.2)
    bench.run()
    (row,) = bench.points(home)
    assert (row["source"], row["latitude"], row["flagged"]) == ("import", 48.5, True)


@pytest.mark.parametrize(
    ("state", "zip5", "with_area", "reason"),
    [
        ("WA", "98001", False, None),
        ("WA", "98030", False, None),  # the next ZIP code
        ("WA", "99201", False, "The match is in ZIP code 99201, the property in 98001."),
        ("WA", "99201", True, None),  # the distance says more than the digits
        ("OR", "98001", True, "The match is in OR, the property in WA."),
        (None, None, False, None),
    ],
)
def test_a_match_in_another_state_or_region_is_flagged(bench, state, zip5, with_area, reason):
    tenant = bench.tenants[0]
    if with_area:
        bench.area()
    home = bench.lead(tenant, HOME)
    params = {"tenant_id": tenant, "at": bench.clock.now(), "day": bench.clock.now().date()}
    with bench.conn.transaction():
        open_batch(bench.conn, tenant, [home])
        answer = Answer(home, 47.5, -122.2, state=state, zip5=zip5, request_hash=b"x", http_status=200, body={})
        add_answers(bench.conn, [answer], params["at"])
        landed = land(bench.conn, params)
    (row,) = bench.points(home)
    assert (row["reason"], row["flagged"]) == (reason, reason is not None)
    assert (landed.rows, landed.points, landed.flagged) == (1, int(reason is None), int(reason is not None))
