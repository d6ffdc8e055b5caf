"""One ArcGIS layer, whatever its server can do: pages, ranges of ids, full pages without a word, odd answers."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reos.connectors.arcgis import Ability, ArcGisLayer, at_point, quoted
from reos.connectors.egress import EgressPolicy
from reos.connectors.errors import ConnectorError, ErrorKind, SchemaDriftError
from reos.connectors.guard import Destination

URL = "https://gis.acme.test/arcgis/rest/services/Parcels/MapServer/5"
PUBLISHED = Path(__file__).resolve().parents[5] / "shared/contracts/samples/arcgis_parcels"
EVERYTHING = {"where": "1=1"}


@dataclass
class Server:
    """Has rows 1 to `count`, gives `most` at a time; tells of what it holds back, and pages, only when it can."""

    count: int
    most: int = 3
    paged: bool = True
    tells: bool = True
    described: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    async def reply(self, request: httpx.Request) -> httpx.Response:
        form = dict(request.url.params) | dict(parse_qsl(request.content.decode()))
        if not request.url.path.endswith("/query"):
            return httpx.Response(200, json=self.description() | self.described)
        self.asked.append(form)
        return httpx.Response(200, json=self.answer(form))

    def description(self) -> dict[str, Any]:
        told = {"fields": [{"name": "FID", "type": "esriFieldTypeOID"}], "maxRecordCount": self.most}
        able = {"supportsPagination": True, "supportsOrderBy": True}
        return told | ({"objectIdField": "FID", "advancedQueryCapabilities": able} if self.paged else {})

    def answer(self, form: dict[str, str]) -> dict[str, Any]:
        if not self.paged and {"resultOffset", "orderByFields"} & form.keys():
            return {"error": {"code": 400, "message": "Pagination is not supported.", "details": []}}
        words = form.get("where", "").split()
        low = int(words[words.index(">=") + 1]) if ">=" in words else 1
        high = int(words[words.index("<=") + 1]) if "<=" in words else self.count
        ids = list(range(low, high + 1))
        if "returnIdsOnly" in form:
            return {"objectIdFieldName": "FID", "objectIds": ids[::-1] or None}
        start = int(form.get("resultOffset", 0))
        page = ids[start : start + self.most]
        more = self.tells and start + len(page) < len(ids)
        features = [{"attributes": {"FID": each}, "geometry": None} for each in page]
        return {"features": features} | ({"exceededTransferLimit": True} if more else {})


def select(wire, server, condition=EVERYTHING):
    wire.reply = server.reply
    layer = ArcGisLayer(wire.egress(), EgressPolicy("acme", (Destination.below(URL),)), URL)
    return [row["FID"] for row in asyncio.run(layer.select(condition)).rows]


@pytest.mark.parametrize("paged", [True, False])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 9, 10])
def test_every_row_comes_once_with_pages_and_without(wire, paged, count):
    assert select(wire, Server(count, paged=paged)) == list(range(1, count + 1))


def test_what_fits_one_answer_is_one_request_without_an_order(wire):
    server = Server(3)
    select(wire, server)
    assert server.asked == [{"where": "1=1", "outFields": "*", "returnGeometry": "false", "f": "json"}]


def test_a_server_without_pages_is_asked_for_ids_and_ranges_under_the_same_condition(wire):
    server = Server(5, paged=False)
    select(wire, server, at_point(-85.6, 43.0))
    assert [form.get("where") for form in server.asked[2:]] == ["FID >= 1 AND FID <= 3", "FID >= 4 AND FID <= 5"]
    assert {form["geometry"] for form in server.asked} == {"-85.6,43.0"}


@pytest.mark.parametrize("paged", [True, False])
def test_a_full_page_that_tells_nothing_is_suspected(wire, paged):
    assert len(select(wire, Server(1_000, most=500, paged=paged, tells=False))) == 1_000
    assert len(select(wire, Server(1_200, most=500, paged=paged, tells=False))) == 1_200
    assert len(select(wire, Server(499, most=500, paged=paged, tells=False))) == 499


def test_a_layer_without_any_object_id_is_drift(wire):
    server = Server(4, described={"objectIdField": None, "fields": [{"name": "A", "type": "esriFieldTypeString"}]})
    with pytest.raises(SchemaDriftError, match="names no object id"):
        select(wire, server)


def test_what_is_held_back_but_has_no_ids_is_drift(wire):
    server = Server(4, paged=False)
    answer = server.answer
    server.answer = lambda form: {"objectIds": None} if "returnIdsOnly" in form else answer(form)
    with pytest.raises(SchemaDriftError, match="lists no ids"):
        select(wire, server)


def test_a_list_is_posted_when_it_outgrows_a_url(wire):
    wire.answers = [httpx.Response(200, json={"features": []})]
    layer = ArcGisLayer(wire.egress(), EgressPolicy("acme", (Destination.below(URL),)), URL)
    numbers = [f"{number:010d}" for number in range(200)]
    for count in (5, 200):
        asyncio.run(layer.select({"where": f"APN IN ({quoted(numbers[:count])})"}))
    assert [request.method for request in wire.requests] == ["GET", "POST"]
    assert len(str(wire.requests[0].url)) <= 1_800
    assert wire.requests[1].url.query == b""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 400, "message": "Unable to complete operation."}, ErrorKind.INVALID_REQUEST),
        ({"code": 404, "message": "Service not found"}, ErrorKind.SCHEMA_DRIFT),
        ({"code": 500, "message": "Server object extension 'featureserver' not found."}, ErrorKind.SCHEMA_DRIFT),
        ({"code": 500, "message": "Timeout"}, ErrorKind.UNAVAILABLE),
        ({"code": 499, "message": "Token Required"}, ErrorKind.AUTH),
        ({"code": 429}, ErrorKind.RATE_LIMITED),
        ({"code": "x"}, ErrorKind.UNAVAILABLE),
        ({}, ErrorKind.UNAVAILABLE),
        ("broken", ErrorKind.UNAVAILABLE),
    ],
)
def test_an_error_inside_a_success_has_its_kind(wire, error, kind):
    wire.answers = [httpx.Response(200, json={"error": error})]
    layer = ArcGisLayer(wire.egress(), EgressPolicy("acme", (Destination.below(URL),)), URL)
    with pytest.raises(ConnectorError) as refused:
        asyncio.run(layer.describe())
    assert (refused.value.kind, refused.value.provider) == (kind, "acme")


def test_published_answers_are_read(wire):
    bodies = {"us-mi-kent-metadata": Server(1, paged=False).description(), "us-mi-kent-ids-only": {"objectIds": [2, 1]}}
    if PUBLISHED.is_dir():
        bodies = {path.stem: json.loads(path.read_text()) for path in PUBLISHED.glob("us-*.json")}
    layer = ArcGisLayer(wire.egress(), EgressPolicy("acme", (Destination.below(URL),)), URL)
    for name, body in bodies.items():
        if "metadata" in name:
            able = layer.ability(body)
            assert (able.object_id in layer.column_types(body), able.ordered) == (True, False), name
        elif name.endswith("-0"):
            assert layer.column_types(body).keys() >= {key for row in layer.features(body) for key in row}
        elif "ids-only" in name:
            wire.answers = [httpx.Response(200, json=body)]
            ranges = asyncio.run(layer.id_ranges({}, Ability("OBJECTID", 1000, ordered=False)))
            assert ranges == [(min(body["objectIds"]), max(body["objectIds"]))]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("features", "fields", "error", "exceededTransferLimit", "objectIds", "objectIdField", "maxRecordCount")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(st.sampled_from(KEYS), JSON | st.just([{"attributes": {}}]) | st.just(True), max_size=5) | JSON)
def test_whatever_comes_only_the_taxonomy_is_raised(wire, body):
    wire.answers = [httpx.Response(200, json=body)]
    layer = ArcGisLayer(wire.egress(), EgressPolicy("acme", (Destination.below(URL),)), URL)
    try:
        asyncio.run(layer.select(EVERYTHING))
    except ConnectorError as error:
        kind = error.kind
    else:
        kind = None
    assert kind is None or kind in set(ErrorKind)
