import asyncio
import csv
import io
from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from reos.connectors.census_geocoder.client import CensusGeocoder, question_hash
from reos.connectors.contract import LookupRequest
from reos.connectors.errors import ErrorKind, SchemaDriftError

ONE = UUID(int=1)
HOUSE = LookupRequest(ONE, address_line="1600 PENNSYLVANIA AVE NW", city="WASHINGTON", state="DC", zip5="20500")
BATCH = [
    LookupRequest(UUID(int=1), address_line="4600 SILVER HILL RD", city="SUITLAND", state="MD", zip5="20746"),
    LookupRequest(UUID(int=2), address_line="79 WISTFUL VISTA", city="WISTFUL VISTA", state="IL"),
    LookupRequest(UUID(int=3), address_line="3 GRAMERCY PARK W", city="NEW YORK", state="NY", zip5="10003"),
]
# As the service answers: lines in another order than sent, and no cell after the verdict of those without a match.
LINES = """\
"3","3 GRAMERCY PARK W, NEW YORK, NY, 10003","Match","Exact","3 GRAMERCY PARK W, NEW YORK, NY, 10003","-73.98658,40.738323","59653655","R"
"2","79 WISTFUL VISTA, WISTFUL VISTA, IL, ","No_Match"
"1","4600 SILVER HILL RD, SUITLAND, MD, 20746","Tie"
"""  # noqa: E501 - a line of the answer


@pytest.fixture
def geocoder(wire):
    egress = wire.egress()
    return CensusGeocoder(egress, "https://geocoding.test/geocoder/", egress._clock)


@pytest.fixture
def ask(wire, fixture, geocoder):
    """Ask the geocoder, which answers with the named recordings, or texts, in turn."""

    def run(*answers, batch=(HOUSE,)):
        wire.answers = [fixture(each) if each[-3:].isdecimal() else httpx.Response(200, text=each) for each in answers]
        return asyncio.run(geocoder.lookup(list(batch)))

    return run


def lines(**changes):
    """Return the answer's lines with some replaced, by id; an empty text leaves the line out."""
    kept = {line.split('"')[1]: line for line in LINES.splitlines()} | {key[1:]: text for key, text in changes.items()}
    return "".join(f"{line}\n" for line in kept.values() if line)


def test_one_address_is_asked_in_one_line(ask, wire):
    ask("found.200")
    (sent,) = wire.requests
    assert (sent.method, sent.url.path) == ("GET", "/geocoder/locations/onelineaddress")
    assert dict(sent.url.params) == {
        "address": "1600 PENNSYLVANIA AVE NW, WASHINGTON, DC 20500", "benchmark": "Public_AR_Current", "format": "json",
    }  # fmt: skip


def test_its_point_comes_back_with_longitude_first_read_right(ask):
    result = ask("found.200")
    (record,), (call,) = result.records, result.calls
    assert (record.facts.latitude, record.facts.longitude) == (38.898754, -77.03535)
    assert (record.facts.zip5, record.facts.state) == ("20502", "DC")
    assert record.body["addressMatches"][0]["matchedAddress"] == "1600 PENNSYLVANIA AVE NW, WASHINGTON, DC, 20502"
    assert (call.outcome, call.records, call.cost, call.http_status) == ("ok", 1, 0, 200)
    assert (call.property_id, call.provider, call.dataset) == (ONE, "census_geocoder", "location")


def test_no_match_is_an_answer(ask):
    result = ask("no_match.200")
    assert (result.not_found, result.records, result.failed) == ([ONE], [], {})


def test_the_match_in_the_zip_code_that_was_asked_for_counts(ask):
    (record,) = ask("two_zip_codes.200").records
    assert (record.facts.latitude, record.facts.zip5) == (38.9, "20500")


def test_matches_near_each_other_are_one_place_and_others_are_a_tie(ask):
    (near,) = ask("near.200").records
    assert near.facts.latitude == 38.898754
    (tie,) = ask("tie.200").records
    assert (tie.facts.known(), tie.extra["reason"]) == ({}, "tie")


@pytest.mark.parametrize(
    ("case", "kind", "tries"),
    [
        ("bad_benchmark.400", ErrorKind.INVALID_REQUEST, 1),
        ("broken.500", ErrorKind.UNAVAILABLE, 3),
        ("inner_error.200", ErrorKind.UNAVAILABLE, 3),
        ("renamed.200", ErrorKind.SCHEMA_DRIFT, 1),
        ("odd_point.200", ErrorKind.SCHEMA_DRIFT, 1),
        ("no_point.200", ErrorKind.SCHEMA_DRIFT, 1),
    ],
)
def test_every_refusal_has_its_kind(ask, wire, case, kind, tries):
    result = ask(case)
    assert (result.failed[ONE].kind, len(wire.requests)) == (kind, tries)
    assert result.records == result.not_found == []


def test_an_inner_error_passes_at_the_second_try(ask, wire):
    assert len(ask("inner_error.200", "found.200").records) == 1
    assert len(wire.requests) == 2


def test_several_addresses_are_sent_as_a_file(ask, wire):
    ask(LINES, batch=BATCH)
    (sent,) = wire.requests
    assert (sent.method, sent.url.path) == ("POST", "/geocoder/locations/addressbatch")
    body = sent.content.decode()
    assert 'name="benchmark"\r\n\r\nPublic_AR_Current' in body
    assert 'name="addressFile"; filename="addresses.csv"' in body
    file = body.split("text/csv\r\n\r\n")[1].split("\r\n--")[0]
    assert list(csv.reader(io.StringIO(file))) == [
        ["1", "4600 SILVER HILL RD", "SUITLAND", "MD", "20746"],
        ["2", "79 WISTFUL VISTA", "WISTFUL VISTA", "IL", ""],
        ["3", "3 GRAMERCY PARK W", "NEW YORK", "NY", "10003"],
    ]


def test_lines_in_any_order_find_their_properties(ask):
    result = ask(LINES, batch=BATCH)
    found = {record.property_id: record for record in result.records}
    assert set(found) == {UUID(int=1), UUID(int=3)}
    assert (found[UUID(int=3)].facts.latitude, found[UUID(int=3)].facts.longitude) == (40.738323, -73.98658)
    assert (found[UUID(int=3)].facts.zip5, found[UUID(int=3)].facts.state) == ("10003", "NY")
    assert found[UUID(int=3)].body["match_type"] == "Exact"
    assert found[UUID(int=1)].extra["reason"] == "tie"
    assert result.not_found == [UUID(int=2)]
    (call,) = result.calls
    assert (call.records, call.property_id, call.outcome) == (2, None, "ok")


def test_a_line_that_never_came_fails_its_property_alone(ask):
    result = ask(lines(_2=""), batch=BATCH)
    assert set(result.failed) == {UUID(int=2)}
    assert (result.failed[UUID(int=2)].kind, result.failed[UUID(int=2)].provider_wide) == (ErrorKind.UNAVAILABLE, False)
    assert len(result.records) == 2


@pytest.mark.parametrize(
    "line",
    [
        '"3","x","Match","Exact","3 GRAMERCY PARK W, NEW YORK, NY, 10003","north","1","R"',
        '"3","x","Match","Exact","3 GRAMERCY PARK W, NEW YORK, NY, 10003","","1","R"',
        '"3","x","Match","Roughly","3 GRAMERCY PARK W, NEW YORK, NY, 10003","-73.9,40.7","1","R"',
        '"3","x","Perhaps"',
    ],
)
def test_a_word_or_point_that_we_do_not_know_fails_its_property_alone(ask, line):
    result = ask(lines(_3=line), batch=BATCH)
    assert set(result.failed) == {UUID(int=3)}
    assert result.failed[UUID(int=3)].kind is ErrorKind.SCHEMA_DRIFT
    assert len(result.records) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "<html>\n<body>Service unavailable</body></html>\n",
        '{"errors": [\n"busy"]}\n',
        "\n",
        LINES[: LINES.index("Match") + 3],
        LINES[: LINES.index('"59653655"')],
        LINES[:5] + "\n",
    ],
)
def test_a_page_or_an_answer_cut_off_is_tried_again(ask, wire, answer):
    result = ask(answer, LINES, batch=BATCH)
    assert (len(result.records), len(wire.requests)) == (2, 2)


def test_an_answer_about_something_else_is_drift(ask):
    result = ask(lines(_3='"77","x","No_Match"'), batch=BATCH)
    assert {error.kind for error in result.failed.values()} == {ErrorKind.SCHEMA_DRIFT}
    assert len(result.failed) == 3


def test_what_cannot_be_asked_is_refused(geocoder):
    line = {"address_line": "12 OAK ST"}
    assert geocoder.refusal(LookupRequest(ONE, **line, zip5="98001")) is None
    assert geocoder.refusal(LookupRequest(ONE, **line, city="AUBURN", state="WA")) is None
    for request in (LookupRequest(ONE, **line, city="AUBURN"), LookupRequest(ONE, zip5="98001"), LookupRequest(ONE)):
        assert geocoder.refusal(request) == "no_address"


def test_a_file_has_ten_thousand_lines_at_most(geocoder):
    requests = [HOUSE] * 10_001
    assert [len(batch) for batch in geocoder.batches(requests)] == [10_000, 1]


def test_a_landed_body_of_either_form_is_read_again(ask, geocoder):
    (one,) = ask("two_zip_codes.200").records
    assert geocoder.facts(one.body, {"zip5": "20500"}).latitude == 38.9
    assert geocoder.facts(one.body, {}).known() == {}
    many = ask(LINES, batch=BATCH).records
    assert [geocoder.facts(record.body, {}).latitude for record in many] == [None, 40.738323]
    with pytest.raises(SchemaDriftError, match="Perhaps"):
        geocoder.facts({"match": "Perhaps"}, {})


def test_equal_questions_have_equal_hashes_whoever_asks():
    other = replace(HOUSE, property_id=UUID(int=9))
    assert HOUSE.one_line == "1600 PENNSYLVANIA AVE NW, WASHINGTON, DC 20500"
    assert question_hash(HOUSE) == question_hash(other)
    assert question_hash(BATCH[1]) != question_hash(BATCH[0])
