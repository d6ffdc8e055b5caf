import asyncio

import httpx
import pytest

from reos.connectors.census_acs.client import Areas, CensusAcs, chunks, facts_of
from reos.connectors.errors import (
    ConnectorError,
    EgressRefusedError,
    ErrorKind,
    RecordNotFoundError,
)
from reos.core.errors import ConfigurationError, InvalidInputError

KEY = "census-secret"
COUNTIES = Areas("county", "56")
TABLE = [
    ["NAME", "B25064_001E", "B25064_001M", "state", "county"],
    ["Albany County, Wyoming", "931", "38", "56", "001"],
]
KEY_PAGE = "<html><head><title>Invalid Key</title></head><body>A valid <em>key</em> must be included.</body></html>"


@pytest.fixture
def census(wire):
    return lambda key=KEY: CensusAcs(wire.egress(), "https://api.test/data", key)


@pytest.fixture
def ask(wire, census):
    def run(*answers, variables=("B25064_001",), areas=COUNTIES):
        wire.answers = list(answers)
        return asyncio.run(census().ask(2024, variables, areas))

    return run


def test_variables_are_asked_with_their_margins(ask, wire):
    body = ask(httpx.Response(200, json=TABLE))
    (sent,) = wire.requests
    assert (sent.method, sent.url.path) == ("GET", "/data/2024/acs/acs5")
    assert dict(sent.url.params) == {
        "get": "NAME,B25064_001E,B25064_001M", "for": "county:*", "in": "state:56", "key": KEY,
    }  # fmt: skip
    assert [(fact.geoid, fact.estimate) for fact in facts_of(body, 2024)] == [("56001", 931.0)]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("zcta", {"for": "zip code tabulation area:*"}),
        ("county", {"for": "county:*"}),
        ("county:56", {"for": "county:*", "in": "state:56"}),
        ("tract:53", {"for": "tract:*", "in": "state:53"}),
        ("tract:53033", {"for": "tract:*", "in": "state:53 county:033"}),
    ],
)
def test_areas_are_written_as_people_and_as_the_api_write_them(name, query):
    assert (str(Areas.named(name)), Areas.named(name).query) == (name, query)


@pytest.mark.parametrize("name", ["", "state", "tract", "zcta:53", "county:53033", "county:5", "county:WA"])
def test_areas_that_cannot_be_asked_for_are_refused(name):
    with pytest.raises(InvalidInputError):
        Areas.named(name)


def test_a_call_holds_fifty_variables_at_most(ask, wire):
    codes = [f"B25034_{line:03d}" for line in range(1, 12)] * 5
    assert [len(chunk) for chunk in chunks(codes)] == [24, 24, 7]
    with pytest.raises(InvalidInputError, match="51 variables are too many"):
        ask(httpx.Response(200, json=TABLE), variables=codes[:25])
    assert wire.requests == []


def test_an_undeclared_variable_is_not_asked_for(ask, wire):
    with pytest.raises(InvalidInputError, match="B15003_022 is not declared"):
        ask(httpx.Response(200, json=TABLE), variables=["B15003_022"])
    assert wire.requests == []


@pytest.mark.parametrize(
    "answer", [httpx.Response(204), httpx.Response(200, text=""), httpx.Response(200, json=TABLE[:1])]
)
def test_no_rows_are_an_answer(ask, answer):
    assert list(facts_of(ask(answer), 2024)) == []


@pytest.mark.parametrize(
    ("answer", "kind", "tries"),
    [
        (httpx.Response(302, headers={"location": "/data/missing_key.html"}), ErrorKind.AUTH, 1),
        (httpx.Response(302, headers={"location": "https://api.test/invalid_key.html"}), ErrorKind.AUTH, 1),
        (httpx.Response(200, html=KEY_PAGE), ErrorKind.AUTH, 1),
        (httpx.Response(200, html=KEY_PAGE.replace("Invalid", "Missing")), ErrorKind.AUTH, 1),
        (httpx.Response(403), ErrorKind.AUTH, 1),
        (httpx.Response(400, text="error: error: unknown variable 'B250301_001E'"), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(400, text="error: unknown/unsupported geography hierarchy"), ErrorKind.INVALID_REQUEST, 1),
        (httpx.Response(404, html="<html>Not Found</html>"), ErrorKind.NOT_FOUND, 1),
        (httpx.Response(301, headers={"location": "https://elsewhere.test/"}), ErrorKind.INVALID_REQUEST, 1),
        (httpx.Response(400, text="error: daily limit exceeded"), ErrorKind.QUOTA, 1),
        (httpx.Response(429), ErrorKind.RATE_LIMITED, 3),
        (httpx.Response(503), ErrorKind.UNAVAILABLE, 3),
        (httpx.Response(200, html="<html>Down for maintenance</html>"), ErrorKind.UNAVAILABLE, 3),
        (httpx.Response(200, text='[["NAME","B25064_001E"'), ErrorKind.UNAVAILABLE, 3),
        (httpx.Response(200, json={"error": "try later"}), ErrorKind.UNAVAILABLE, 3),
        (httpx.Response(200, json="no"), ErrorKind.SCHEMA_DRIFT, 1),
        (
            httpx.Response(200, json=[["NAME", "B25058_001E", "state", "county"], ["A", "1", "56", "001"]]),
            *(ErrorKind.SCHEMA_DRIFT, 1),
        ),
    ],
)
def test_every_refusal_has_its_kind(ask, wire, answer, kind, tries):
    with pytest.raises(ConnectorError) as raised:
        ask(answer)
    assert (raised.value.kind, len(wire.requests)) == (kind, tries)
    assert not isinstance(raised.value, EgressRefusedError)
    assert KEY not in str(raised.value)


def test_a_key_that_the_answer_quotes_is_not_repeated(ask):
    with pytest.raises(ConnectorError) as raised:
        ask(httpx.Response(400, text=f"error: bad request key={KEY}"))
    assert KEY not in str(raised.value)


def test_without_a_key_nothing_is_sent(wire, census):
    with pytest.raises(ConfigurationError, match="REOS_CENSUS_API_KEY"):
        asyncio.run(census(None).latest_year(2025))
    assert wire.requests == []


def test_the_latest_year_is_the_first_that_is_there(wire, census):
    wire.answers = [httpx.Response(404), httpx.Response(404), httpx.Response(200, json=[["NAME", "us"], ["US", "1"]])]
    assert asyncio.run(census().latest_year(2026)) == 2024
    assert [request.url.path.split("/")[2] for request in wire.requests] == ["2026", "2025", "2024"]


def test_a_service_without_any_year_is_told(wire, census):
    wire.answers = [httpx.Response(404)]
    with pytest.raises(RecordNotFoundError, match="no year from 2023 to 2026"):
        asyncio.run(census().latest_year(2026))
