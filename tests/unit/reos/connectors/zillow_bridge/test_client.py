import asyncio
import json
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from reos.connectors.contract import LookupRequest
from reos.connectors.errors import ErrorKind, RecordNotFoundError, SchemaDriftError
from reos.connectors.zillow_bridge.client import ZillowBridge
from reos.connectors.zillow_bridge.settings import SPEC

ONE = UUID(int=1)
TOKEN = "bridge-secret"
ENTRY = json.loads((Path(__file__).parent / "found.200.json").read_text())["bundle"][0]
HOME = LookupRequest(ONE, address_line="4529 MAPLE ST", city="AUBURN", state="WA", zip5="98001")
POINT = LookupRequest(ONE, latitude=47.3090, longitude=-122.2706)


def bundle(*entries, status=200):
    return httpx.Response(status, json={"success": True, "status": status, "bundle": list(entries)})


def failure(status, message="No.", http=None):
    told = {"success": False, "status": status, "bundle": {"name": "Error", "message": message}}
    return httpx.Response(http or status, json=told)


@pytest.fixture
def bridge(wire):
    egress = wire.egress()
    return ZillowBridge(egress, "https://bridge.test/api/v2/", TOKEN, egress._clock)


@pytest.fixture
def ask(wire, bridge):
    def run(*answers, request=HOME):
        wire.answers = list(answers)
        return asyncio.run(bridge.lookup([request]))

    return run


def test_a_home_is_asked_for_by_its_address(ask, wire):
    ask(bundle(ENTRY))
    (sent,) = wire.requests
    assert (sent.method, sent.url.path) == ("GET", "/api/v2/zestimates_v2/zestimates")
    assert dict(sent.url.params) == {
        "address": "4529 MAPLE ST, AUBURN, WA 98001", "limit": "10", "access_token": TOKEN,
    }  # fmt: skip


def test_the_estimate_comes_with_its_range_and_rent(ask, fixture):
    result = ask(fixture("found.200"))
    (record,), (call,) = result.records, result.calls
    assert record.facts.known() == {
        "estimated_value": 500_000,
        "estimated_value_low": 455_000,
        "estimated_value_high": 550_000,
        "estimated_rent": 2105,
    }
    assert set(record.facts.known()) == SPEC.fills
    assert (record.cost, record.body["zpid"]) == (0, "48000001")
    assert (call.provider, call.dataset, call.outcome, call.cost, call.property_id) == (
        *("zillow", "zestimate", "ok", 0, ONE),
    )


@pytest.mark.parametrize("answer", [bundle(), httpx.Response(404), failure(404), failure(404, http=200)])
def test_an_empty_bundle_and_404_are_no_estimate(ask, answer):
    result = ask(answer)
    assert (result.not_found, result.records, result.failed) == ([ONE], [], {})


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        ({"zestimate": None}, {"estimated_rent": 2105}),
        ({"zestimate": 0, "rentalZestimate": 0}, {}),
        ({"rentalZestimate": None, "lowPercent": None, "highPercent": None}, {"estimated_value": 500_000}),
        (
            {"lowPercent": -9, "highPercent": "10", "rentalZestimate": None},
            {"estimated_value": 500_000, "estimated_value_low": 455_000, "estimated_value_high": 550_000},
        ),
    ],
)
def test_what_zillow_does_not_say_stays_unknown(ask, change, facts):
    assert ask(bundle(ENTRY | change)).records[0].facts.known() == facts


@pytest.mark.parametrize("change", [{"zestimate": "much"}, {"lowPercent": 250}, {"rentalZestimate": -1}])
def test_a_value_that_does_not_fit_fails_its_home_and_is_kept(ask, change):
    (record,) = ask(bundle(ENTRY | change)).records
    assert (record.facts, record.error.kind, record.error.provider_wide) == (None, ErrorKind.SCHEMA_DRIFT, False)


@pytest.mark.parametrize(
    "change",
    [{"postalCode": "98002"}, {"address": "4531 Maple St Auburn WA 98001"}, {"unitNumber": "B"}],
)
def test_an_answer_about_another_home_is_none(ask, change):
    assert ask(bundle(ENTRY | change)).not_found == [ONE]


def test_a_zip_code_may_stand_in_the_address_alone(ask):
    told = ENTRY | {"postalCode": None, "address": "4529 Maple St Auburn WA 98001-1441"}
    assert len(ask(bundle(told)).records) == 1
    assert ask(bundle(told | {"address": "4529 Maple St Auburn WA 98002"})).not_found == [ONE]


def test_a_unit_gets_its_own_estimate_and_the_house_the_houses(ask):
    unit = ENTRY | {"zpid": "2", "unitNumber": "B", "zestimate": 200_000}
    assert ask(bundle(unit, ENTRY)).records[0].body["zpid"] == "48000001"
    flat = LookupRequest(ONE, address_line="4529 MAPLE ST UNIT B", city="AUBURN", state="WA", zip5="98001")
    assert ask(bundle(unit, ENTRY), request=flat).records[0].body["zpid"] == "2"


def test_of_two_estimates_of_a_home_the_later_counts(ask):
    older = ENTRY | {"zpid": "2", "timestamp": "2024-01-01T07:00:00.000Z"}
    assert ask(bundle(older, ENTRY)).records[0].body["zpid"] == "48000001"


def test_without_an_address_the_home_at_the_point_is_taken_and_no_neighbour(ask, wire):
    away = ENTRY | {"zpid": "2", "Latitude": 47.3094}
    result = ask(bundle(away, ENTRY), request=POINT)
    assert wire.requests[0].url.params["near"] == "-122.270600,47.309000"
    assert result.records[0].body["zpid"] == "48000001"
    assert ask(bundle(away), request=POINT).not_found == [ONE]
    by_pair = ENTRY | {"Latitude": None, "Longitude": None}
    assert len(ask(bundle(by_pair), request=POINT).records) == 1
    assert ask(bundle(by_pair | {"Coordinates": None}), request=POINT).not_found == [ONE]


def test_homes_are_asked_for_by_zillows_numbers(bridge, wire):
    wire.answers = [bundle(ENTRY, ENTRY | {"zpid": "2"})]
    found = asyncio.run(bridge.by_zpid(["48000001", "2"]))
    assert [entry["zpid"] for entry in found] == ["48000001", "2"]
    assert wire.requests[0].url.params["zpid.in"] == "48000001,2"
    wire.answers = [bundle()]
    with pytest.raises(RecordNotFoundError):
        asyncio.run(bridge.by_zpid(["3"]))


@pytest.mark.parametrize(
    ("answer", "kind", "tries"),
    [
        (failure(401), ErrorKind.AUTH, 1),
        (failure(403), ErrorKind.AUTH, 1),
        (failure(403, "Request limit exceeded"), ErrorKind.QUOTA, 1),
        (failure(402), ErrorKind.QUOTA, 1),
        (failure(400), ErrorKind.INVALID_REQUEST, 1),
        (failure(429), ErrorKind.RATE_LIMITED, 3),
        (failure(429, http=200), ErrorKind.RATE_LIMITED, 3),
        (failure(500), ErrorKind.UNAVAILABLE, 3),
        (failure(500, http=200), ErrorKind.UNAVAILABLE, 3),
        (failure(401, http=200), ErrorKind.AUTH, 1),
        (httpx.Response(200, json={"error": {"code": 500, "message": "Internal"}}), ErrorKind.UNAVAILABLE, 3),
        (httpx.Response(200, json={"results": []}), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(200, json=[]), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(200, json={"bundle": [1]}), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(200, text='{"bundle": ['), ErrorKind.UNAVAILABLE, 3),
        (httpx.Response(302, headers={"location": "https://elsewhere.test"}), ErrorKind.INVALID_REQUEST, 1),
        (httpx.ConnectError("no"), ErrorKind.UNAVAILABLE, 3),
    ],
)
def test_every_refusal_has_its_kind(ask, wire, answer, kind, tries):
    result = ask(answer)
    assert (result.failed[ONE].kind, len(wire.requests)) == (kind, tries)
    assert result.calls[0].outcome == kind


def test_the_token_is_in_no_error(ask):
    result = ask(failure(400, f"bad token {TOKEN}"))
    assert TOKEN not in str(result.failed[ONE])
    assert TOKEN not in str(result.calls[0])


def test_what_cannot_be_asked_is_refused(bridge):
    assert bridge.refusal(HOME) is None
    assert bridge.refusal(POINT) is None
    for request in (LookupRequest(ONE, apn="1", county_fips="53033"), LookupRequest(ONE, address_line="1 A ST")):
        assert bridge.refusal(request) == "no_address_or_point"
    assert [len(batch) for batch in bridge.batches([HOME, POINT])] == [1, 1]


def test_a_landed_entry_is_read_again(bridge):
    assert bridge.facts(ENTRY, {}).estimated_value == 500_000
    with pytest.raises(SchemaDriftError, match="zpid"):
        bridge.facts({"zestimate": 1}, {})


def test_the_terms_keep_it_restricted():
    assert (SPEC.licence, SPEC.provider, SPEC.raw_table) == ("restricted", "zillow", "zillow_zestimate")
