import asyncio
from uuid import UUID

import httpx
import pytest

from reos.connectors.contract import LookupRequest
from reos.connectors.errors import ErrorKind
from reos.connectors.regrid.client import Regrid
from reos.connectors.regrid.settings import OPTIONS

PROPERTY = UUID(int=7)
BY_APN = LookupRequest(PROPERTY, county_fips="53033", apn="7129300520", latitude=47.5, longitude=-122.2)
ADDRESS = {"address_line": "101 Alder Ave S", "city": "Seattle", "state": "WA", "zip5": "98178"}
BY_ADDRESS = LookupRequest(PROPERTY, county_fips="53033", **ADDRESS)
BY_POINT = LookupRequest(PROPERTY, latitude=47.5112, longitude=-122.257)
PRICE = 20_000
TOKEN = "the-secret-token"


@pytest.fixture
def client(wire):
    egress = wire.egress()
    return Regrid(egress, "https://regrid.test/api/v2/", TOKEN, egress._clock)


@pytest.fixture
def ask(wire, fixture, client):
    """Ask Regrid, which answers with the named recordings in turn."""

    def run(*cases, request=BY_APN):
        wire.answers = [fixture(case) if isinstance(case, str) else case for case in cases]
        return asyncio.run(client.lookup([request]))

    return run


@pytest.mark.parametrize(
    ("request_", "path", "params"),
    [
        (BY_APN, "/api/v2/parcels/apn", {"parcelnumb": "7129300520", "path": "/us/wa/king"}),
        (
            BY_ADDRESS,
            "/api/v2/parcels/address",
            {"query": "101 Alder Ave S, Seattle, WA 98178", "path": "/us/wa/king"},
        ),
        (
            LookupRequest(PROPERTY, **ADDRESS),
            "/api/v2/parcels/address",
            {"query": "101 Alder Ave S, Seattle, WA 98178", "path": "/us/wa"},
        ),
        (BY_POINT, "/api/v2/parcels/point", {"lat": "47.511200", "lon": "-122.257000"}),
    ],
)
def test_one_record_is_asked_for_within_its_place_and_nothing_that_costs_more(ask, wire, request_, path, params):
    ask("found.200", request=request_)
    (sent,) = wire.requests
    assert sent.url.path == path
    assert dict(sent.url.params) == params | OPTIONS | {"limit": "1", "token": TOKEN}
    assert set(OPTIONS.values()) == {"false"}


def test_a_feature_comes_back_verbatim_typed_and_priced(ask):
    result = ask("found.200")
    (record,), (call,) = result.records, result.calls
    assert record.body["properties"]["ll_uuid"] == "16bc4f67-009a-496c-bd0a-9e9d55f5228b"
    assert record.body["properties"]["score"] == 92.0
    assert (record.facts.living_sqft, record.facts.zoning, record.facts.owner_name) == (1180, "SF 5000", "DOE JANE")
    assert (record.cost, record.error, record.property_id) == (PRICE, None, PROPERTY)
    assert (call.outcome, call.records, call.cost, call.http_status, call.error) == ("ok", 1, PRICE, 200, None)
    assert (call.provider, call.dataset, call.property_id) == ("regrid", "parcel", PROPERTY)


def test_an_outline_is_not_kept(ask):
    assert "geometry" not in ask("with_outline.200").records[0].body


def test_the_older_form_of_the_envelope_is_read_too(ask):
    assert ask("old_form.200").records[0].facts.year_built == 1955


def test_more_records_than_asked_for_are_paid_and_the_right_one_is_taken(ask):
    result = ask("two.200")
    assert result.records[0].body["properties"]["fields"]["parcelnumb_no_formatting"] == "7129300520"
    assert (result.calls[0].cost, result.records[0].cost) == (2 * PRICE, 2 * PRICE)


def test_no_feature_is_an_answer_and_costs_nothing(ask):
    result = ask("no_match.200")
    (call,) = result.calls
    assert (result.not_found, result.records, result.failed) == ([PROPERTY], [], {})
    assert (call.outcome, call.records, call.cost, call.http_status) == ("not_found", 0, 0, 200)


def test_an_unknown_address_is_asked_for_by_its_point(ask, wire):
    request = LookupRequest(PROPERTY, latitude=47.5112, longitude=-122.257, **ADDRESS)
    result = ask("no_match.200", "found.200", request=request)
    assert [sent.url.path.rpartition("/")[2] for sent in wire.requests] == ["address", "point"]
    assert [call.outcome for call in result.calls] == ["not_found", "ok"]
    assert len({call.request_hash for call in result.calls}) == 2


def test_a_parcel_number_that_is_unknown_is_not_guessed_at(ask, wire):
    assert ask("no_match.200").not_found == [PROPERTY]
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("case", "request_", "reason"),
    [
        ("another_county.200", BY_APN, "county 53061 instead of 53033"),
        ("another_parcel.200", BY_APN, "parcel 712930-0530 instead of 7129300520"),
        ("another_house.200", BY_ADDRESS, "house number 103 instead of 101"),
    ],
)
def test_an_answer_about_another_place_is_not_taken_though_it_is_billed(ask, wire, case, request_, reason):
    result = ask(case, request=request_)
    assert (result.not_found, result.records, len(wire.requests)) == ([PROPERTY], [], 1)
    assert (result.calls[0].outcome, result.calls[0].cost) == ("not_found", PRICE)
    assert reason in result.calls[0].error


@pytest.mark.parametrize(
    ("case", "kind", "tries"),
    [
        ("bad_query.400", ErrorKind.INVALID_REQUEST, 1),
        ("bad_token.401", ErrorKind.AUTH, 1),
        ("over.402", ErrorKind.QUOTA, 1),
        ("trial.403", ErrorKind.AUTH, 1),
        ("over.403", ErrorKind.QUOTA, 1),
        ("not_there.404", ErrorKind.INVALID_REQUEST, 1),
        ("too_many.429", ErrorKind.RATE_LIMITED, 3),
        ("broken.500", ErrorKind.UNAVAILABLE, 3),
        ("error.200", ErrorKind.UNAVAILABLE, 3),
        ("error_rate.200", ErrorKind.RATE_LIMITED, 3),
        ("error_token.200", ErrorKind.AUTH, 1),
        ("error_quota.200", ErrorKind.QUOTA, 1),
        ("error_query.200", ErrorKind.INVALID_REQUEST, 1),
    ],
)
def test_every_refusal_has_its_kind_and_costs_nothing(ask, wire, case, kind, tries):
    result = ask(case)
    (call,) = result.calls
    assert result.failed[PROPERTY].kind is kind
    assert (call.outcome, call.cost, len(wire.requests)) == (kind, 0, tries)
    assert TOKEN not in f"{call.error}{result.failed[PROPERTY]!r}{vars(result.failed[PROPERTY])}"


def test_the_wait_is_the_one_that_regrid_asks_for(ask, wire):
    throttled = httpx.Response(429, headers={"retry-after": "7"})
    assert len(ask(throttled, "found.200").records) == 1
    assert wire.waits == [7.0]


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("cut.200", "unavailable"),
        ("no_list.200", "schema_drift"),
        ("a_list.200", "schema_drift"),
        ("silent.200", "schema_drift"),
    ],
)
def test_an_unusable_success_is_billed_and_not_asked_for_twice(ask, wire, case, kind):
    result = ask(case)
    (call,) = result.calls
    assert (call.outcome, call.records, call.cost, len(wire.requests)) == (kind, 0, PRICE, 1)
    assert result.failed[PROPERTY].provider_wide


@pytest.mark.parametrize(
    ("case", "wide", "named"),
    [
        ("renamed.200", True, "properties.fields"),
        ("unknown_zone.200", False, "fema_flood_zone: unknown code 'Q'"),
        ("unknown_structure.200", False, "unknown code 99000"),
    ],
)
def test_a_record_that_does_not_parse_is_kept_with_the_reason(ask, case, wide, named):
    result = ask(case)
    (record,), (call,) = result.records, result.calls
    assert record.facts is None
    assert named in str(record.error)
    assert record.error.provider_wide is wide
    assert (call.outcome, call.records, call.cost) == ("schema_drift", 1, PRICE)


def test_figures_about_people_are_not_stored(ask):
    columns = ask("people.200").records[0].body["properties"]["fields"]
    assert not {"median_household_income", "population_density"} & columns.keys()
    assert columns["geoid"] == "53033"


def test_what_cannot_be_asked_for_is_said_beforehand(client):
    nowhere = {"address_line": "1 A St", "city": "Kent"}
    assert client.refusal(LookupRequest(PROPERTY)) == "no_apn_address_or_point"
    assert client.refusal(LookupRequest(PROPERTY, apn="1", **nowhere)) == "no_apn_address_or_point"
    assert client.refusal(LookupRequest(PROPERTY, county_fips="00000", apn="1")) == "no_apn_address_or_point"
    assert [client.refusal(each) for each in (BY_APN, BY_ADDRESS, BY_POINT)] == [None, None, None]
    assert client.batches([BY_APN, BY_POINT]) == [[BY_APN], [BY_POINT]]
