"""A flood layer to ask: polygons at any point, a panel, and how the real server says what is wrong."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest

from reos.connectors.contract import LookupRequest, LookupResult
from reos.connectors.fema_nfhl.client import FemaNfhl

BASE = "https://hazards.fema.test/arcgis/rest/services/public/NFHL/MapServer"
HOME = LookupRequest(UUID(int=1), latitude=40.07, longitude=-80.74)
PANEL = {
    "DFIRM_ID": "39013C",
    "FIRM_PAN": "39013C0435E",
    "PANEL_TYP": "Countywide, Panel Printed",
    "EFF_DATE": 1416355200000,
}


def _polygon(zone: str | None, subtype: str | None = None, flag: str | None = "T", **more: Any) -> dict[str, Any]:
    return {
        "FLD_ZONE": zone,
        "ZONE_SUBTY": subtype,
        "SFHA_TF": flag,
        "STATIC_BFE": -9999.0,
        "DFIRM_ID": "39013C",
    } | more


def _envelope(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return rows as a MapServer sends them."""
    columns = list(rows[0]) if rows else []
    return {
        "displayFieldName": "GFID",
        "fieldAliases": {name: name for name in columns},
        "fields": [{"name": name, "type": "esriFieldTypeString", "alias": name} for name in columns],
        "features": [{"attributes": row} for row in rows],
    }


@dataclass
class Fema:
    """The service; each layer answers with what is set, a response, or an exception that breaks the connection."""

    home = HOME
    zones: Any = field(default_factory=lambda: [_polygon("X", "AREA OF MINIMAL FLOOD HAZARD", "F")])
    panels: Any = field(default_factory=lambda: [PANEL])
    availability: Any = field(default_factory=lambda: httpx.Response(200, json={"count": 1}))
    columns: Sequence[str] = ("OBJECTID", "DFIRM_ID", "FLD_ZONE", "ZONE_SUBTY", "SFHA_TF", "STATIC_BFE")
    requests: list[httpx.Request] = field(default_factory=list)

    def reply(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        layer, _, query = request.url.path.removeprefix(httpx.URL(BASE).path + "/").partition("/")
        if not query:
            return httpx.Response(200, json={"fields": [{"name": each, "type": "x"} for each in self.columns]})
        answer = {"28": self.zones, "3": self.panels, "0": self.availability}[layer]
        answer = answer(request) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=_envelope(answer))


@pytest.fixture
def polygon() -> Callable[..., dict[str, Any]]:
    return _polygon


@pytest.fixture
def fema() -> Fema:
    return Fema()


@pytest.fixture
def connector(wire: Any, fema: Fema) -> FemaNfhl:
    async def reply(request: httpx.Request) -> httpx.Response:
        return fema.reply(request)

    wire.reply = reply
    egress = wire.egress()
    return FemaNfhl(egress, BASE, egress._clock)


@pytest.fixture
def ask(connector: FemaNfhl) -> Callable[..., LookupResult]:
    return lambda request=HOME: asyncio.run(connector.lookup([request]))
