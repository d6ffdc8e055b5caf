import asyncio
from uuid import UUID

import httpx
import pytest

from reos.connectors.attom.client import Attom
from reos.connectors.contract import LookupRequest
from reos.connectors.errors import ErrorKind

PROPERTY = UUID(int=7)
BY_APN = LookupRequest(PROPERTY, county_fips="53033", apn="7129300520")
BY_ADDRESS = LookupRequest(PROPERTY, address_line="101 Alder Ave S", city="Seattle", state="WA", zip5="98178")
PRICE = 80_000
KEY = "attom-key-of-the-test"


@pytest.fixture
def ask(wire, fixture):
    """Ask ATTOM, which answers with the named recordings in turn."""

    def run(*cases, request=BY_APN):
        wire.answers = [fixture(case) if isinstance(case, str) else case for case in cases]
        egress = wire.egress()
        client = Attom(egress, "https://attom.test/", KEY, egress._clock)
        return asyncio.run(client.lookup([request]))

    return run


def test_a_parcel_is_asked_for_by_county_and_number_one_record_at_most(ask, wire):
    ask("found.200")
    (sent,) = wire.requests
    assert sent.url.path == "/propertyapi/v1.0.0/property/expandedprofile"
    assert dict(sent.url.params) == {"fips": "53033", "apn": "7129300520", "pagesize": "1"}
    assert (sent.headers["apikey"], sent.headers["accept"]) == (KEY, "application/json")


def test_a_record_comes_back_verbatim_typed_and_priced(ask):
    result = ask("found.200")
    (record,), (call,) = result.records, result.calls
    assert record.body["identifier"] == {"Id": 170000001, "fips": "53033", "apn": "712930-0520", "attomId": 170000001}
    assert (record.facts.living_sqft, record.facts.beds, record.facts.owner_name) == (1180, 3, "DOE JANE")
    assert (record.cost, record.error, record.property_id) == (PRICE, None, PROPERTY)
    assert (call.outcome, call.records, call.cost, call.http_status, call.error) == ("ok", 1, PRICE, 200, None)
    assert call.property_id == PROPERTY


@pytest.mark.parametrize("case", ["no_match.400", "no_match.200", "no_total.200", "no_match.404"])
def test_no_match_is_an_answer_and_costs_nothing(ask, case):
    result = ask(case)
    (call,) = result.calls
    assert (result.not_found, result.records, result.failed) == ([PROPERTY], [], {})
    assert (call.outcome, call.records, call.cost) == ("not_found", 0, 0)
    assert call.http_status == int(case[-3:])


@pytest.mark.parametrize(
    ("case", "kind", "tries"),
    [
        ("bad_parameter.400", ErrorKind.INVALID_REQUEST, 1),
        ("bad_key.401", ErrorKind.AUTH, 1),
        ("quota.402", ErrorKind.QUOTA, 1),
        ("not_in_contract.403", ErrorKind.AUTH, 1),
        ("quota.403", ErrorKind.QUOTA, 1),
        ("not_there.404", ErrorKind.INVALID_REQUEST, 1),
        ("too_many.429", ErrorKind.RATE_LIMITED, 3),
        ("broken.500", ErrorKind.UNAVAILABLE, 3),
    ],
)
def test_every_refusal_has_its_kind_and_costs_nothing(ask, wire, case, kind, tries):
    result = ask(case)
    (call,) = result.calls
    assert result.failed[PROPERTY].kind is kind
    assert (call.outcome, call.cost, len(wire.requests)) == (kind, 0, tries)
    assert KEY not in f"{call.error}{result.failed[PROPERTY]!r}"


@pytest.mark.parametrize(("case", "kind"), [("cut.200", "unavailable"), ("no_property_list.200", "schema_drift")])
def test_an_unusable_success_is_billed_and_not_asked_for_twice(ask, wire, case, kind):
    result = ask(case)
    (call,) = result.calls
    assert (call.outcome, call.records, call.cost, len(wire.requests)) == (kind, 0, PRICE, 1)


@pytest.mark.parametrize(
    ("case", "wide", "named"), [("new_section.200", True, "structure"), ("unknown_code.200", False, "IGLOO")]
)
def test_a_record_that_does_not_parse_is_kept_with_the_reason(ask, case, wide, named):
    result = ask(case)
    (record,), (call,) = result.records, result.calls
    assert record.facts is None
    assert named in str(record.error)
    assert record.error.provider_wide is wide
    assert (call.outcome, call.records, call.cost) == ("schema_drift", 1, PRICE)


def test_an_answer_about_another_county_is_not_taken_though_it_is_billed(ask):
    result = ask("another_county.200")
    assert (result.not_found, result.records) == ([PROPERTY], [])
    assert (result.calls[0].outcome, result.calls[0].cost) == ("not_found", PRICE)
    assert "53061 instead of 53033" in result.calls[0].error


def test_an_address_is_asked_for_with_the_zip_code_and_then_without(ask, wire):
    result = ask("no_match.400", "found.200", request=BY_ADDRESS)
    places = [sent.url.params["address2"] for sent in wire.requests]
    assert places == ["Seattle, WA 98178", "Seattle, WA"]
    assert wire.requests[0].url.params["address1"] == "101 Alder Ave S"
    assert [call.outcome for call in result.calls] == ["not_found", "ok"]
    assert len(result.records) == 1


def test_an_address_without_a_zip_code_is_asked_for_once(ask, wire):
    ask("no_match.400", request=LookupRequest(PROPERTY, address_line="1 A St", city="Kent", state="WA"))
    assert len(wire.requests) == 1


def test_an_address_elsewhere_is_not_taken_and_not_asked_for_again(ask, wire):
    elsewhere = LookupRequest(PROPERTY, address_line="101 Alder Ave S", city="Seattle", state="WA", zip5="98101")
    result = ask("found.200", request=elsewhere)
    assert (result.not_found, len(wire.requests), result.calls[0].cost) == ([PROPERTY], 1, PRICE)


def test_what_cannot_be_asked_for_is_said_beforehand(wire):
    client = Attom(wire.egress(), "https://attom.test", KEY, wire.egress()._clock)
    assert client.refusal(LookupRequest(PROPERTY)) == "no_apn_or_address"
    assert client.refusal(LookupRequest(PROPERTY, apn="1", address_line="1 A St")) == "no_apn_or_address"
    assert client.refusal(BY_APN) is None
    assert client.refusal(BY_ADDRESS) is None
    assert client.batches([BY_APN, BY_ADDRESS]) == [[BY_APN], [BY_ADDRESS]]


def test_a_transport_failure_is_tried_again_before_the_request_was_sent(ask, wire):
    result = ask(httpx.ConnectError("refused"), "found.200")
    assert (len(result.records), result.calls[0].cost, len(wire.requests)) == (1, PRICE, 2)


def test_an_answer_that_gets_lost_is_counted_as_paid_and_not_asked_for_again(ask, wire):
    result = ask(httpx.ReadTimeout("slow"), "found.200")
    assert (result.failed[PROPERTY].kind, result.calls[0].cost, len(wire.requests)) == ("unavailable", PRICE, 1)
