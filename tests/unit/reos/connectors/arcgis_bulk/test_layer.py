"""A whole layer: ordered pages, servers without them, resuming, edits since, and answers that cannot be trusted."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from reos.connectors.arcgis import ArcGisLayer
from reos.connectors.arcgis_bulk.layer import ArcGisBulk
from reos.connectors.bulk import Page
from reos.connectors.egress import Egress, EgressPolicy
from reos.connectors.errors import ConnectorError, SchemaDriftError
from reos.connectors.guard import Destination
from reos.core.clock import SystemClock
from reos.reference.point import GEOMETRY
from reos.reference.source import find_source

URL = "https://gis.acme.test/arcgis/rest/services/Parcels/FeatureServer/0"
SOURCE = find_source("king_wa_parcels").model_copy(
    update={"limits": find_source("king_wa_parcels").limits.model_copy(update={"page": 3})}
)
DAY_MS = 86_400_000


@dataclass
class Server:
    """Answers as an ArcGIS server with `ids`; `edited` is a day a row; old servers know no ordered pages."""

    ids: list[int]
    most: int = 2000
    ordered: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    description: dict[str, Any] = field(default_factory=dict)
    spoil: Any = None

    def egress(self) -> Egress:
        async def resolve(_host: str, _port: int) -> list[str]:
            return ["93.184.216.34"]

        async def no_wait(_seconds: float) -> None:
            """Stand in for sleeping between retries."""

        return Egress(
            clock=SystemClock(), resolver=resolve, transport=lambda: httpx.MockTransport(self.answer), sleep=no_wait
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/query"):
            return httpx.Response(200, json=self.described())
        form = dict(request.url.params) | dict(parse_qsl(request.content.decode()))
        self.asked.append(form)
        body = self.query(form)
        return httpx.Response(200, json=self.spoil(body) if self.spoil else body)

    def described(self) -> dict[str, Any]:
        able = {"supportsPagination": self.ordered, "supportsOrderBy": self.ordered}
        fields = [{"name": name, "type": kind} for name, kind in SOURCE.columns.items()]
        edits = {"editingInfo": {"lastEditDate": 1_700_000_000_000}}
        return (
            {"fields": fields, "maxRecordCount": self.most, "advancedQueryCapabilities": able}
            | edits
            | self.description
        )

    def query(self, form: dict[str, str]) -> dict[str, Any]:
        found = [each for each in self.ids if self._holds(each, form["where"])]
        if "returnCountOnly" in form:
            return {"count": len(found)}
        if "returnIdsOnly" in form:
            return {"objectIdFieldName": "OBJECTID", "objectIds": found[::-1] or None}
        if not self.ordered and "orderByFields" in form:
            return {"error": {"code": 400, "message": "Pagination is not supported."}}
        limit = min(self.most, int(form.get("resultRecordCount", self.most)))
        page = {"features": [self._feature(each) for each in sorted(found)[:limit]]}
        return page | ({"exceededTransferLimit": True} if len(found) > limit else {})

    @staticmethod
    def _feature(each: int) -> dict[str, Any]:
        return {"attributes": {"OBJECTID": each, "LAST_EDITED": each * DAY_MS}, "geometry": {"x": -122.0, "y": 47.0}}

    @staticmethod
    def _holds(each: int, where: str) -> bool:
        conditions = re.findall(r"OBJECTID (>=|<=|>) (-?\d+)", where)
        ranges = {">": each.__gt__, ">=": each.__ge__, "<=": each.__le__}
        return all(ranges[sign](int(number)) for sign, number in conditions)


def pull(server: Server, source=SOURCE, since: str | None = None, cursor: Any = None) -> list[Page]:
    async def read() -> list[Page]:
        async with server.egress() as egress:
            layer = ArcGisLayer(egress, EgressPolicy("county_assessor", (Destination.below(URL),)), URL)
            return [page async for page in ArcGisBulk(layer, source).pages(since, cursor)]

    return asyncio.run(read())


def describe(server: Server):
    async def read():
        async with server.egress() as egress:
            layer = ArcGisLayer(egress, EgressPolicy("county_assessor", (Destination.below(URL),)), URL)
            return await ArcGisBulk(layer, SOURCE).describe()

    return asyncio.run(read())


def ids_of(pages: list[Page]) -> list[int]:
    return [row["OBJECTID"] for page in pages for row in page.rows]


@pytest.mark.parametrize("ordered", [True, False], ids=["ordered pages", "ranges of ids"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7, 9])
def test_every_row_comes_once_and_in_order(ordered, count):
    ids = [number * 10 for number in range(1, count + 1)]
    assert ids_of(pull(Server(ids, ordered=ordered))) == ids


@pytest.mark.parametrize("ordered", [True, False], ids=["ordered pages", "ranges of ids"])
def test_a_pull_goes_on_behind_a_cursor(ordered):
    server = Server(list(range(1, 11)), ordered=ordered)
    first = pull(server)[1]
    assert first.cursor == 6
    assert ids_of(pull(server, cursor=first.cursor)) == [7, 8, 9, 10]


def test_rows_that_go_meanwhile_shift_nothing():
    server = Server([1, 2, 3, 4, 5, 6, 7])

    def vanish(body):
        server.ids = [each for each in server.ids if each != 2]
        return body

    server.spoil = vanish
    assert ids_of(pull(server)) == [1, 2, 3, 4, 5, 6, 7]


def test_a_server_that_gives_less_than_asked_for_is_followed_to_the_end():
    assert ids_of(pull(Server(list(range(1, 8)), most=2))) == list(range(1, 8))


def test_only_what_was_edited_since_is_asked_for_and_the_latest_edit_told():
    server = Server([1, 2])
    (page,) = pull(server, since="2026-07-01T02:00:00+02:00")
    assert server.asked[-1]["where"].startswith("LAST_EDITED >= TIMESTAMP '2026-07-01 00:00:00' AND OBJECTID > ")
    assert page.watermark == "1970-01-03T00:00:00+00:00"


def test_only_the_columns_that_are_read_are_asked_for():
    server = Server([1])
    pull(server)
    assert set(server.asked[-1]["outFields"].split(",")) == SOURCE.read | {"OBJECTID"}
    assert server.asked[-1]["returnGeometry"] == "false"


def test_shapes_are_asked_for_in_degrees_where_a_layer_has_no_coordinates():
    server = Server([1])
    (page,) = pull(server, SOURCE.model_copy(update={"geometry": True}))
    assert (server.asked[-1]["returnGeometry"], server.asked[-1]["outSR"]) == ("true", "4326")
    assert page.rows[0][GEOMETRY] == {"x": -122.0, "y": 47.0}


def test_a_description_has_columns_version_and_count():
    described = describe(Server([1, 2, 3]))
    assert described.columns == dict(SOURCE.columns)
    assert (described.version, described.rows) == ("1700000000000", 3)


def test_a_layer_that_does_not_say_when_it_was_edited_has_no_version():
    assert describe(Server([1], description={"editingInfo": None})).version is None


@pytest.mark.parametrize(
    ("description", "spoil"),
    [
        ({"fields": [{"name": "APN", "type": "esriFieldTypeString"}]}, None),
        ({}, lambda body: body | {"features": [{"attributes": {"OBJECTID": None}}]}),
        ({}, lambda body: body | {"features": [], "exceededTransferLimit": True}),
        ({}, lambda _: {"features": [{"attributes": {"OBJECTID": -5}}]}),
        ({}, lambda _: {"features": None}),
    ],
    ids=["no object id", "a row without id", "holds back but sends none", "out of order", "no list"],
)
def test_an_answer_that_cannot_be_trusted_stops_the_pull(description, spoil):
    with pytest.raises(SchemaDriftError):
        pull(Server([1, 2, 3, 4], description=description, spoil=spoil))


def test_an_error_inside_a_success_stops_the_pull():
    error = {"error": {"code": 499, "message": "Token Required", "details": []}}
    with pytest.raises(ConnectorError) as refused:
        pull(Server([1], spoil=lambda _: error))
    assert refused.value.kind == "auth"
