import asyncio
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from reos.connectors.contract import LookupRequest
from reos.connectors.county_assessor.client import CountyAssessor
from reos.connectors.county_assessor.settings import known_counties
from reos.connectors.errors import ErrorKind

BASE = "https://county.test/gis"
LAYER = "/gis/53033/arcgis/rest/services/Parcels/FeatureServer/0"
FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


def parcel(property_id, apn, fips="53033"):
    return LookupRequest(property_id, county_fips=fips, apn=apn)


TWO = [parcel(FIRST, "712930-0520"), parcel(SECOND, "1800010")]


@pytest.fixture
def assessor(wire):
    egress = wire.egress()
    return CountyAssessor(egress, known_counties(), BASE, egress._clock)


@pytest.fixture
def ask(wire, fixture, assessor):
    """Ask the county, which answers with the named recordings in turn."""

    def run(*cases, requests=TWO):
        wire.answers = [fixture(case) for case in cases]
        return asyncio.run(assessor.lookup(requests))

    return run


def form(request):
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def test_a_batch_is_one_query_in_the_countys_own_writing(ask, wire):
    ask("two_parcels.200")
    (sent,) = wire.requests
    assert (sent.method, sent.url.path) == ("GET", f"{LAYER}/query")
    assert dict(sent.url.params) == {
        "where": "APN IN ('0001800010', '7129300520')",
        "outFields": "*",
        "returnGeometry": "false",
        "f": "json",
    }


def test_a_list_that_outgrows_a_url_is_posted(ask, wire):
    ask("two_parcels.200", requests=[parcel(UUID(int=number), f"{number}") for number in range(1, 200)])
    (sent,) = wire.requests
    assert (sent.method, str(sent.url).partition("?")[2]) == ("POST", "")
    assert form(sent)["where"].count("'0000000") == 199


def test_answers_find_their_properties(ask):
    result = ask("two_parcels.200", requests=[*TWO, parcel(THIRD, "9999999999")])
    found = {record.property_id: record for record in result.records}
    assert found[FIRST].facts.living_sqft == 1180
    assert found[FIRST].body["ZIP5"] == "98178     "
    assert found[FIRST].extra == {"county_fips": "53033"}
    assert (found[SECOND].facts.beds, found[SECOND].facts.year_built, found[SECOND].facts.last_sale_price) == (
        *(None, None),
        None,
    )
    assert result.not_found == [THIRD]
    (call,) = result.calls
    assert (call.outcome, call.records, call.cost, call.http_status, call.property_id) == ("ok", 2, 0, 200, None)


def test_pages_are_followed_until_nothing_is_held_back(ask, wire):
    result = ask("page_1.200", "layer_paged.200", "page_1.200", "page_2.200")
    assert {record.property_id for record in result.records} == {FIRST, SECOND}
    assert [sent.url.params.get("resultOffset") for sent in wire.requests] == [None, None, "0", "1"]
    assert len(result.calls) == 1


def test_no_feature_is_not_found(ask):
    result = ask("nothing.200")
    assert (result.not_found, result.records, result.calls[0].outcome) == ([FIRST, SECOND], [], "ok")


def test_of_stacked_features_the_lowest_object_id_stands_for_the_parcel(ask):
    result = ask("stacked.200", requests=TWO[:1])
    assert [record.body["OBJECTID"] for record in result.records] == [1]


def test_an_unknown_code_spoils_its_record_only_and_the_body_is_kept(ask):
    result = ask("unknown_code.200")
    spoiled, good = sorted(result.records, key=lambda record: record.property_id)
    assert "PROP_USE: unknown code 'IGLOO'" in str(spoiled.error)
    assert (spoiled.facts, spoiled.body["PROP_USE"], spoiled.error.provider_wide) == (None, "IGLOO", False)
    assert good.error is None


def test_a_missing_column_stops_the_batch_and_is_named(ask):
    result = ask("renamed_column.200")
    assert set(result.failed) == {FIRST, SECOND}
    error = result.failed[FIRST]
    assert (error.kind, error.provider_wide) == (ErrorKind.SCHEMA_DRIFT, True)
    assert "SQFT_TOT_LIVING" in str(error)
    assert "counties/53033.yml" in error.remedy
    assert result.calls[0].outcome == "schema_drift"


def test_a_feature_that_lacks_a_listed_column_stops_the_batch_too(wire, fixture, assessor):
    answer = fixture("page_2.200")
    wire.answers = [type(answer)(200, content=answer.content.replace(b'"YR_BUILT": 1955', b'"YEAR": 1955'))]
    result = asyncio.run(assessor.lookup(TWO))
    assert {error.kind for error in result.failed.values()} == {ErrorKind.SCHEMA_DRIFT}
    assert "YR_BUILT" in str(result.failed[FIRST])


def test_a_new_column_is_reported_and_no_error(wire, fixture, assessor):
    answer = fixture("two_parcels.200")
    wire.answers = [type(answer)(200, content=answer.content.replace(b'"fields": [', b'"fields": [{"name": "ZONE"},'))]
    with capture_logs() as lines:
        result = asyncio.run(assessor.lookup(TWO))
    assert len(result.records) == 2
    assert [line["columns"] for line in lines if line["event"] == "county_columns_undeclared"] == [["ZONE"]]


@pytest.mark.parametrize(
    ("cases", "kind", "tries"),
    [
        (["error_498.200"], ErrorKind.AUTH, 1),
        (["forbidden.403"], ErrorKind.AUTH, 1),
        (["gone.404"], ErrorKind.SCHEMA_DRIFT, 1),
        (["error_429.200"], ErrorKind.RATE_LIMITED, 3),
        (["error_500.200"], ErrorKind.UNAVAILABLE, 3),
        (["error_text.200"], ErrorKind.UNAVAILABLE, 3),
        (["cut.200"], ErrorKind.UNAVAILABLE, 3),
        (["broken.500"], ErrorKind.UNAVAILABLE, 3),
        (["a_list.200"], ErrorKind.SCHEMA_DRIFT, 1),
        (["no_features.200"], ErrorKind.SCHEMA_DRIFT, 1),
        (["feature_without_attributes.200"], ErrorKind.SCHEMA_DRIFT, 1),
        (["says_more_sends_none.200", "layer_paged.200", "says_more_sends_none.200"], ErrorKind.SCHEMA_DRIFT, 3),
        (["page_1.200", "layer_paged.200", "page_1.200"], ErrorKind.SCHEMA_DRIFT, 52),
        (["page_1.200", "layer.200", "nothing.200"], ErrorKind.SCHEMA_DRIFT, 3),
        (["error_400.200", "layer.200"], ErrorKind.INVALID_REQUEST, 2),
        (["error_400.200", "layer_without_apn.200"], ErrorKind.SCHEMA_DRIFT, 2),
    ],
)
def test_every_error_has_its_kind_also_inside_a_success(ask, wire, cases, kind, tries):
    result = ask(*cases)
    assert {error.kind for error in result.failed.values()} == {kind}
    assert set(result.failed) == {FIRST, SECOND}
    assert (result.calls[0].outcome, len(wire.requests)) == (kind, tries)


def test_an_error_that_passes_is_tried_again(ask):
    assert len(ask("error_500.200", "two_parcels.200").records) == 2


def test_the_layer_that_lost_the_parcel_number_says_so(ask):
    result = ask("error_400.200", "layer_without_apn.200")
    assert "no column APN any more" in str(result.failed[FIRST])


def test_what_cannot_be_asked_for_is_said_beforehand(assessor):
    assert assessor.refusal(LookupRequest(FIRST, county_fips="53033")) == "no_apn"
    assert assessor.refusal(LookupRequest(FIRST, apn="1")) == "no_apn"
    assert assessor.refusal(parcel(FIRST, "1", fips="06001")) == "county_not_covered"
    assert assessor.refusal(parcel(FIRST, "12345678901")) == "apn_not_of_county"
    assert assessor.refusal(parcel(FIRST, "71293005AB")) == "apn_not_of_county"
    assert assessor.refusal(TWO[0]) is None


def test_without_an_address_for_the_layer_a_county_is_not_covered(wire):
    egress = wire.egress()
    unplugged = CountyAssessor(egress, known_counties(), None, egress._clock)
    assert unplugged.refusal(TWO[0]) == "county_not_covered"


def test_batches_hold_one_county_and_two_hundred_parcels_at_most(assessor):
    requests = [parcel(UUID(int=number), f"{number}", "53033" if number % 2 else "27163") for number in range(900)]
    batches = assessor.batches(requests)
    assert sorted(map(len, batches)) == [50, 50, 200, 200, 200, 200]
    assert all(len({request.county_fips for request in batch}) == 1 for batch in batches)
