"""From discovery's events to landed points: who is asked, what is flagged, what is kept, and what is not repeated."""

from datetime import timedelta
from uuid import UUID

import pytest

from reos.address import parse
from reos.pipeline.geocode import queue_touched
from reos_local.sandbox.census import matches
from reos_local.sandbox.world import county_apns, parcel

HOME = "12 N Oak St, Auburn, WA 98001"


def asked(apn):
    home = parcel(1, apn)
    return home.address, f"{home.place.city.upper()}, WA {home.place.zip5}"


# The sandbox reads a few names its own way (`EIGHTH` is not `8TH` to it): those say nothing here.
HOUSES = [house for house in map(asked, county_apns(1, 400)) if parse(", ".join(house)).line == house[0]]
FOUND = [(line, place) for line, place in HOUSES if len(matches(1, line, place)) == 1]
UNKNOWN = [(line, place) for line, place in HOUSES if not matches(1, line, place)]
TIED = [(line, place) for line, place in HOUSES if len(matches(1, line, place)) == 2]


def lead(bench, house, **claim):
    return bench.lead(bench.tenants[0], ", ".join(house), **claim)


def everything(bench):
    names = ("raw.geocode_point", "app.provider_call", "app.policy_decision", "app.event_log", "app.dirty_property")
    return {name: bench.rows(f"select count(*) as n from {name}")[0]["n"] for name in names}  # noqa: S608


def test_a_loaded_point_is_landed_and_the_geocoder_is_not_asked(bench):
    bench.area()
    bench.point(HOME, 300)
    home = bench.lead(bench.tenants[0], HOME)
    report = bench.run()
    (row,) = bench.points(home)
    assert (row["source"], row["quality"], row["flagged"], row["reason"]) == ("openaddresses", "rooftop", False, None)
    assert 298 <= row["distance_m"] <= 302
    assert (row["licence"], row["cost_microusd"], row["http_status"]) == ("open", 0, None)
    assert (report.properties, report.points, report.raw_rows, report.asked) == (1, 1, 1, 0)
    assert bench.requests() == 0
    assert bench.queued("int_property__resolved") == 2  # the property itself, and its point


def test_what_no_point_is_loaded_for_is_asked_in_one_file(bench):
    houses = {lead(bench, house): house for house in [*FOUND[:20], UNKNOWN[0], TIED[0]]}
    report = bench.run()
    assert (report.asked, report.calls, report.points, bench.requests()) == (22, 1, 20, 1)
    for property_id, house in list(houses.items())[:20]:
        (row,), (true,) = bench.points(property_id), matches(1, *house)
        assert (row["latitude"], row["longitude"], row["quality"]) == (true.latitude, true.longitude, "interpolated")
        assert (row["source"], row["licence"], row["distance_m"]) == ("census", "public", None)
        assert row["body"]["matched_address"] == true.address
    (unknown,), (tied,) = (bench.points(each) for each in list(houses)[20:])
    assert (unknown["latitude"], unknown["reason"]) == (None, "The Census geocoder knows no such address.")
    assert (tied["latitude"], tied["reason"]) == (None, "The Census geocoder finds several places for this address.")


def test_a_call_is_decided_on_recorded_and_free(bench):
    lead(bench, FOUND[0])
    lead(bench, FOUND[1])
    bench.run()
    (call,) = bench.rows("select * from app.provider_call")
    assert (call["provider"], call["dataset"], call["outcome"]) == ("census_geocoder", "location", "ok")
    assert (call["records"], call["cost_microusd"], call["property_id"]) == (2, 0, None)
    (decision,) = bench.rows("select * from app.policy_decision")
    assert decision["allow"] is True
    assert bench.rows("select * from app.budget_hold") == []


def test_a_single_address_is_asked_in_one_line(bench):
    home = lead(bench, FOUND[0])
    bench.run()
    (row,), (true,) = bench.points(home), matches(1, *FOUND[0])
    assert (row["latitude"], row["longitude"]) == (true.latitude, true.longitude)
    assert row["body"]["addressMatches"][0]["matchedAddress"] == true.address


def test_a_second_run_and_old_news_write_nothing(bench):
    bench.area()
    bench.point(HOME)
    known = [bench.lead(bench.tenants[0], HOME), lead(bench, FOUND[0]), lead(bench, UNKNOWN[0])]
    bench.run()
    before, sent = everything(bench), bench.requests()
    report = bench.run()
    assert (report.events_claimed, report.properties, report.raw_rows) == (0, 0, 0)
    bench.clock.instant += timedelta(days=30)
    for property_id in known:
        bench.tell(bench.tenants[0], property_id)
    report = bench.run()
    assert (report.properties, report.raw_rows, report.calls) == (3, 0, 0)
    assert everything(bench) == {**before, "app.event_log": before["app.event_log"] + 3}
    assert bench.requests() == sent


def test_running_a_date_again_replaces_its_rows(bench):
    tenant = bench.tenants[0]
    bench.area()
    bench.point(HOME, 0)
    home = bench.lead(tenant, HOME)
    bench.run()
    bench.rows("update app.address_point set latitude = latitude + 0.001")
    bench.rerun(tenant, [home, home])
    (row,) = bench.points(home)
    assert row["latitude"] == pytest.approx(47.501)
    earlier = row["logical_date"] - timedelta(days=3)
    bench.rerun(tenant, [home], logical_date=earlier)
    bench.rerun(tenant, [home], logical_date=earlier)
    assert [row["logical_date"] for row in bench.points(home)] == [earlier, earlier + timedelta(days=3)]


def test_an_answer_is_asked_for_again_when_it_is_old_or_forced(bench):
    tenant = bench.tenants[0]
    found, unknown = lead(bench, FOUND[0]), lead(bench, UNKNOWN[0])
    bench.run()
    bench.clock.instant += timedelta(days=181)
    bench.tell(tenant, found)
    bench.tell(tenant, unknown)
    assert bench.run().asked == 1  # "no match" ages sooner
    bench.clock.instant += timedelta(days=200)
    bench.tell(tenant, found)
    assert bench.run().asked == 1
    assert bench.rerun(tenant, [found]).asked == 0
    assert bench.rerun(tenant, [found], force=True).asked == 1


def test_a_corrected_address_withdraws_what_was_found_for_the_old_one(bench):
    tenant = bench.tenants[0]
    bench.area()
    bench.point(HOME)
    local, remote = bench.lead(tenant, HOME), lead(bench, FOUND[0])
    bench.run()
    bench.clock.instant += timedelta(days=1)
    bench.rows(
        """update app.property
              set address_line = '9' || address_line, address_key = replace(address_key, '|1', '|91'),
                  address_block = '9' || address_block"""
    )
    bench.fault("500")
    for property_id in (local, remote):
        bench.tell(tenant, property_id)
    report = bench.run()
    assert report.failed == 2
    assert bench.points(local)[-1]["reason"] == "No loaded address point fits any more."
    assert bench.points(remote)[-1]["reason"] == "The address has changed since."
    assert [row["latitude"] is None for row in bench.points(remote)] == [False, True]


def test_a_geocoder_that_is_down_leaves_its_properties_queued(bench):
    bench.area()
    bench.point(HOME)
    bench.lead(bench.tenants[0], HOME)
    for house in FOUND[:3]:
        lead(bench, house)
    bench.fault("500")
    report = bench.run()
    assert (report.points, report.failed, bench.queued()) == (1, 3, 3)
    (call,) = bench.rows("select * from app.provider_call")
    assert (call["outcome"], call["http_status"]) == ("unavailable", 500)
    bench.no_faults()
    assert (bench.run().points, bench.queued()) == (3, 0)


@pytest.mark.parametrize("kind", ["malformed", "error_in_200", "429", "500"])
def test_a_troubled_geocoder_is_tried_again_at_once(bench, kind):
    for house in FOUND[:12]:
        lead(bench, house)
    bench.fault(kind, count=1)
    report = bench.run()
    assert (report.points, report.failed, bench.requests()) == (12, 0, 2)


def test_an_address_without_a_place_to_ask_by_is_skipped_and_leaves_the_queue(bench):
    bench.lead(bench.tenants[0], apn="1234567890", county_fips="53033")
    report = bench.run()
    assert (report.skipped, report.asked, bench.queued()) == ({"census_geocoder: no_address": 1}, 0, 0)


def test_a_load_of_points_brings_back_the_properties_that_it_touches(bench):
    north, south = bench.tenants
    bench.area()
    exact, near = bench.lead(north, HOME), bench.lead(south, "14 Oak, Auburn, WA 98001")
    untouched = bench.lead(north, "16 Oak St, Auburn, WA 98001")
    gone = bench.lead(north, "18 Oak St, Auburn, WA 98001")
    source_id = bench.point("18 Oak St, Auburn, WA 98001")
    bench.run()
    load = UUID(int=2)
    bench.load(load)
    bench.point(HOME, load_id=load)
    bench.point("14 Oak St, Auburn, WA 98001", load_id=load)
    bench.rows("delete from app.address_point where source_id = %s", source_id)
    with bench.conn.transaction():
        assert queue_touched(bench.conn, load) == 3
    bench.run()
    assert bench.points(exact, "openaddresses")[-1]["quality"] == "rooftop"
    assert bench.points(near, "openaddresses")[-1]["quality"] == "rooftop"
    assert bench.points(gone, "openaddresses")[-1]["latitude"] is None
    assert bench.points(untouched, "openaddresses") == []


def test_one_tenant_never_sees_anothers_points(bench, database):
    north, south = bench.tenants
    bench.area()
    bench.point(HOME)
    home = bench.lead(north, HOME)
    bench.run()
    app = database.connect("app", autocommit=True)
    for tenant, seen in ((north, [home]), (south, [])):
        with app.transaction():
            app.execute("select set_config('app.current_tenant_id', %s, true)", (str(tenant),))
            rows = app.execute("select property_id from raw.geocode_point").fetchall()
        assert [row["property_id"] for row in rows] == seen


def test_a_first_point_queues_the_property_for_the_sources_that_are_asked_by_point(bench):
    bench.area()
    bench.point(HOME, 300)
    home = bench.lead(bench.tenants[0], HOME)
    elsewhere = lead(bench, UNKNOWN[0])
    bench.run()
    queued = bench.rows("select property_id from app.dirty_property where model = 'enrichment'")
    assert [row["property_id"] for row in queued] == [home]
    bench.tell(bench.tenants[0], home)
    bench.tell(bench.tenants[0], elsewhere)
    bench.run()
    assert bench.queued("enrichment") == 1, "it had a point before"


def test_a_lead_that_states_its_point_needs_no_geocoding_to_be_asked_about(bench):
    bench.area()
    bench.point(HOME, 300)
    bench.lead(bench.tenants[0], HOME, latitude=47.5001, longitude=-122.2)
    bench.run()
    assert bench.queued("enrichment") == 0
