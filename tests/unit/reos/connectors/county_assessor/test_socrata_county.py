"""A county of several Socrata data sets: one row a parcel, columns under any of their names, and drift."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reos.connectors.contract import LookupRequest
from reos.connectors.county_assessor.client import CountyAssessor
from reos.connectors.county_assessor.settings import known_counties
from reos.connectors.errors import ConnectorError, ErrorKind

PUBLISHED = Path(__file__).resolve().parents[6] / "shared/contracts/samples/socrata_pluto"
COOK = known_counties()["17031"]
UNIVERSE, ADDRESSES, VALUES, BUILDINGS, SALES = (dataset.id for dataset in COOK.datasets)
PIN, OTHER = "14083010190000", "01011000040000"
HOME, SECOND = LookupRequest(UUID(int=1), "17031", "14-08-301-019-0000"), LookupRequest(UUID(int=2), "17031", OTHER)


def view(dataset, renamed=()):
    names = [dict(renamed).get(name, name) for name in ("pin", *dataset.columns)]
    names = [{"address_year": "year", "value_year": "year", "char_year": "year"}.get(name, name) for name in names]
    return {"columns": [{"fieldName": name, "dataTypeName": "text"} for name in names]}


@dataclass
class Domain:
    """A Socrata domain: rows by data set under their own names, and views; a response stands for itself."""

    rows: dict[str, Any] = field(default_factory=lambda: {UNIVERSE: [{"pin": PIN, "class": "203"}]})
    views: dict[str, Any] = field(default_factory=lambda: {each.id: view(each) for each in COOK.datasets})
    asked: list[httpx.Request] = field(default_factory=list, repr=False)

    async def reply(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        dataset = request.url.path.rpartition("/")[2].removesuffix(".json")
        found = (self.views if "/api/views/" in request.url.path else self.rows).get(dataset, [])
        if isinstance(found, httpx.Response | Exception):
            if isinstance(found, Exception):
                raise found
            return found
        rows = isinstance(found, list) and all(isinstance(each, dict) for each in found)
        if "/api/views/" in request.url.path or not rows:
            return httpx.Response(200, json=found)
        names = dict(re.findall(r"(\w+) as (\w+)", request.url.params["$select"]))
        offset, limit = int(request.url.params["$offset"]), int(request.url.params["$limit"])
        page = found[offset : offset + limit]
        return httpx.Response(200, json=[{names.get(key, key): each for key, each in row.items()} for row in page])

    def queries(self, dataset):
        return [dict(each.url.params) for each in self.asked if each.url.path.endswith(f"/resource/{dataset}.json")]


@pytest.fixture
def domain():
    return Domain()


@pytest.fixture
def look(wire, domain):
    def run(*requests, token=None):
        wire.reply = domain.reply
        egress = wire.egress()
        connector = CountyAssessor(egress, known_counties(), None, egress._clock, token)
        return asyncio.run(connector.lookup(requests or (HOME, SECOND)))

    return run


def body(result):
    (record,) = result.records
    return record.body


def test_each_data_set_is_asked_once_by_pin_under_our_names(look, domain):
    result = look()
    assert (len(result.records), result.not_found) == (1, [SECOND.property_id])
    (query,) = domain.queries(VALUES)
    assert query["$where"] == f"pin in ('{OTHER}', '{PIN}') AND year >= '2023'"
    assert query["$select"].startswith("pin, year as value_year, mailed_land, ")
    assert (query["$order"], query["$limit"], query["$offset"]) == (":id", "5000", "0")
    assert [each.url.path.split("/")[1] for each in domain.asked] == ["api", "resource"] * 5
    (call,) = result.calls
    assert (call.outcome, call.records, call.cost, call.property_id) == ("ok", 1, 0, None)


def test_the_token_goes_into_a_header_and_nowhere_else(look, domain):
    look(token="app-token")
    assert {each.headers["x-app-token"] for each in domain.asked} == {"app-token"}
    assert not any("app-token" in str(each.url) for each in domain.asked)
    domain.asked.clear()
    look()
    assert not any("x-app-token" in each.headers for each in domain.asked)


def test_the_newest_row_that_holds_something_counts(look, domain):
    domain.rows[VALUES] = [
        {"pin": PIN, "year": "2024", "mailed_tot": "1"},
        {"pin": PIN, "year": "2026.0"},
        {"pin": PIN, "year": "2025", "mailed_tot": "2"},
        {"pin": OTHER, "year": "2025", "mailed_tot": "9"},
    ]
    domain.rows[BUILDINGS] = [
        {"pin": PIN, "year": "2025", "card": "2", "char_bldg_sf": "500"},
        {"pin": PIN, "year": "2025", "card": "1", "char_bldg_sf": "1500"},
    ]
    domain.rows[SALES] = [
        {"pin": PIN, "sale_date": "2001-05-01T00:00:00.000", "sale_price": "7"},
        {"pin": PIN, "sale_date": "2019-05-01T00:00:00.000", "sale_price": "8"},
    ]
    found = body(look())
    assert (found["value_year"], found["mailed_tot"]) == ("2025", "2")
    assert (found["char_bldg_sf"], found["sale_price"]) == ("1500", "8")


def test_a_null_column_is_absent_and_no_drift(look):
    found = look(HOME)
    assert body(found) == {"pin": PIN, "class": "203"}
    assert found.records[0].facts.known() == {"property_type": "single_family"}


def test_a_renamed_column_is_found_by_its_other_names(look, domain):
    domain.views[BUILDINGS] = view(COOK.datasets[3], {"char_bldg_sf": "building_sqft"}.items())
    domain.rows[BUILDINGS] = [{"pin": PIN, "year": "2025", "card": "1", "building_sqft": "1500"}]
    assert body(look())["char_bldg_sf"] == "1500"


def test_a_column_that_no_name_finds_stops_the_county_and_is_named(look, domain):
    domain.views[BUILDINGS] = view(COOK.datasets[3], {"char_bldg_sf": "area_of_it"}.items())
    error = look().failed[HOME.property_id]
    assert (error.kind, error.provider_wide) == (ErrorKind.SCHEMA_DRIFT, True)
    assert f"{BUILDINGS} (improvement characteristics) has no column char_bldg_sf" in str(error)
    assert "counties/17031.yml" in str(error)


def test_pages_are_followed_to_a_short_one(look, domain, monkeypatch):
    monkeypatch.setattr("reos.connectors.county_assessor.socrata_county._PAGE", 2)
    domain.rows[SALES] = [{"pin": PIN, "sale_date": f"20{year:02d}-01-01", "sale_price": year} for year in range(1, 6)]
    assert body(look())["sale_price"] == 5
    assert [query["$offset"] for query in domain.queries(SALES)] == ["0", "2", "4"]


def error_body(code):
    return {"message": f"Query coordinator error: {code}", "errorCode": code, "data": {"column": "pin"}}


@pytest.mark.parametrize(
    ("answer", "kind", "tries"),
    [
        (httpx.Response(400, json=error_body("query.soql.no-such-column")), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(400, json=error_body("query.soql.type-mismatch")), ErrorKind.INVALID_REQUEST, 1),
        (httpx.Response(400, text="not json"), ErrorKind.INVALID_REQUEST, 1),
        (httpx.Response(404, json={"code": "dataset.missing", "error": True}), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(403, json={"code": "permission_denied", "error": True}), ErrorKind.AUTH, 1),
        (httpx.Response(429), ErrorKind.RATE_LIMITED, 3),
        (httpx.Response(500), ErrorKind.UNAVAILABLE, 3),
        (httpx.ReadTimeout("slow"), ErrorKind.UNAVAILABLE, 3),
        ({"error": True, "code": "query.execution.failed"}, ErrorKind.UNAVAILABLE, 3),
        ({"rows": []}, ErrorKind.SCHEMA_DRIFT, 1),
        (["row"], ErrorKind.SCHEMA_DRIFT, 1),
        ([{"class": "203"}], ErrorKind.SCHEMA_DRIFT, 1),
    ],
)
def test_every_error_has_its_kind(look, domain, answer, kind, tries):
    domain.rows[UNIVERSE] = answer
    result = look()
    assert {error.kind for error in result.failed.values()} == {kind}
    assert (result.calls[0].outcome, len(domain.queries(UNIVERSE))) == (kind, tries)


def test_an_odd_cell_spoils_its_record_only(look, domain):
    domain.rows[UNIVERSE] = [{"pin": PIN, "class": "igloo"}, {"pin": OTHER, "class": "203"}]
    spoilt, good = sorted(look().records, key=lambda record: record.property_id)
    assert ("unknown code 'igloo'" in str(spoilt.error), spoilt.facts, good.error) == (True, None, None)


def test_a_point_is_no_question_for_data_sets_without_shapes(wire):
    egress = wire.egress()
    connector = CountyAssessor(egress, known_counties(), None, egress._clock)
    assert connector.refusal(LookupRequest(UUID(int=1), "17031", latitude=41.9, longitude=-87.6)) == "no_apn"
    assert connector.refusal(HOME) is None
    assert {len(batch) for batch in connector.batches([HOME] * 120)} == {50, 20}
    assert "zoning" in connector.fills(LookupRequest(UUID(int=1), "36061", "1000010100"))
    assert connector.fills(LookupRequest(UUID(int=1), "06001", "1")) == frozenset()


def test_published_answers_have_their_meaning(wire, domain):
    recorded = {"F03b_no_match": (200, "[]"), "F13_schema": (400, json.dumps(error_body("query.soql.no-such-column")))}
    if PUBLISHED.is_dir():
        for path in PUBLISHED.glob("F*.json"):
            told = json.loads(path.read_text())
            recorded[path.stem] = (told["http_status"], told["response_body_raw"])
    kinds = {"F13_": ErrorKind.SCHEMA_DRIFT, "F13b": ErrorKind.INVALID_REQUEST, "F07_": ErrorKind.RATE_LIMITED}
    lots = known_counties()["36061"]
    types = {name: "number" if name == "bbl" else "text" for name in (*lots.datasets[0].columns, "bbl")}
    domain.views = {
        "64uk-42ks": {"columns": [{"fieldName": each, "dataTypeName": kind} for each, kind in types.items()]}
    }
    wire.reply = domain.reply
    for name, (status, text) in recorded.items():
        domain.rows = {"64uk-42ks": httpx.Response(status, text=text)}
        egress = wire.egress()
        connector = CountyAssessor(egress, known_counties(), None, egress._clock)
        result = asyncio.run(connector.lookup([LookupRequest(UUID(int=1), "36061", "1000010100")]))
        expected = kinds.get(name[:4])
        assert {error.kind for error in result.failed.values()} == ({expected} if expected else set()), name
        if "single_lot" in name:
            assert result.records[0].facts.lot_sqft == 23_121
    assert domain.queries("64uk-42ks")[0]["$where"] == "bbl in (1000010100)"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)
ROW = st.dictionaries(
    st.sampled_from(["pin", "class", "lat", "year", "card", "sale_date", "mailed_tot"]), JSON, max_size=5
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(
    st.sampled_from([UNIVERSE, VALUES, BUILDINGS, SALES]),
    st.lists(ROW | st.just({"pin": PIN}), max_size=3) | JSON,
    st.none() | JSON,
)
def test_whatever_comes_only_the_taxonomy_is_told(look, domain, dataset, rows, description):
    domain.rows, domain.asked = {UNIVERSE: [{"pin": PIN}], dataset: rows}, []
    domain.views[UNIVERSE] = view(COOK.datasets[0]) if description is None else {"columns": description}
    result = look()
    told = [*result.failed.values(), *(record.error for record in result.records if record.error)]
    assert all(isinstance(error, ConnectorError) for error in told)
    assert len(result.records) + len(result.not_found) + len(result.failed) == 2
