"""Loads of reference data against the provider sandbox in process, a county layer that tests edit, and a database."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from reos.connectors.egress import Egress
from reos.core.clock import Clock, FixedClock
from reos.core.settings import Settings
from reos.db import transaction
from reos.db.connection import Connection
from reos.pipeline.load_ending import LoadReport
from reos.pipeline.load_reference_county import load_county
from reos.pipeline.load_reference_file import load_openaddresses
from reos.reference.source import find_source
from reos_local.sandbox.app import create_app
from reos_local.sandbox.where import parse

HOST = "127.0.0.1:8097"
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
KING = find_source("king_wa_parcels")
PAGE = 100


@dataclass
class EditableLayer:
    """King County's layer with rows and columns that a test may change; `breaks_after` queries it stops answering."""

    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=lambda: dict(KING.columns))
    edited_ms: int = 1
    queries: list[str] = field(default_factory=list)
    breaks_after: int | None = None
    counts: int | None = None

    def fill(self, number: int) -> None:
        for each in range(1, number + 1):
            self.put(each)

    def put(self, object_id: int, edited: datetime = NOW, **changes: Any) -> None:
        row = {
            "OBJECTID": object_id,
            "APN": f"{7129300000 + object_id}",
            "SITUS_ADDR": f"{object_id} MAPLE ST",
            "SITUS_CITY": "SEATTLE",
            "SITUS_STATE": "WA",
            "ZIP5": "98115     ",
            "LAT": 47.6 + object_id / 100_000,
            "LON": -122.3,
            "LAST_EDITED": int(edited.timestamp() * 1000),
        }
        self.rows[object_id] = row | changes
        self.edited_ms += 1

    def remove(self, *object_ids: int) -> None:
        for each in object_ids:
            del self.rows[each]
        self.edited_ms += 1

    def answer(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/query"):
            able = {"supportsPagination": True, "supportsOrderBy": True}
            fields = [{"name": name, "type": kind} for name, kind in self.columns.items()]
            body = {"fields": fields, "maxRecordCount": PAGE, "advancedQueryCapabilities": able}
            return httpx.Response(200, json=body | {"editingInfo": {"lastEditDate": self.edited_ms}})
        return self._query(dict(request.url.params) | dict(parse_qsl(request.content.decode())))

    def _query(self, form: dict[str, str]) -> httpx.Response:
        texts = [name for name, kind in self.columns.items() if kind == "esriFieldTypeString"]
        conditions = parse(form["where"], list(self.columns), texts)
        found = [row for _, row in sorted(self.rows.items()) if all(each.holds(row) for each in conditions)]
        if "returnCountOnly" in form:
            return httpx.Response(200, json={"count": self.counts or len(found)})
        self.queries.append(form["where"])
        if self.breaks_after is not None and len(self.queries) > self.breaks_after:
            return httpx.Response(500)
        page = {"features": [{"attributes": row} for row in found[:PAGE]]}
        return httpx.Response(200, json=page | ({"exceededTransferLimit": True} if len(found) > PAGE else {}))


@dataclass
class Bench:
    """What a load needs. `layer` replaces the sandbox's county when set; each load is an hour later than the last."""

    conn: Connection
    state_dir: Path
    egress_over: Callable[..., Callable[[Settings, Clock], Egress]]
    layer: EditableLayer | None = None
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    app: Any = field(default_factory=lambda: create_app(1))
    url: Callable[[str], str] = str

    def settings(self) -> Settings:
        base = f"http://{HOST}"
        return Settings(
            county_base_url=f"{base}/county",
            openaddresses_base_url=f"{base}/openaddresses",
            openaddresses_token="oa.test",
            state_dir=self.state_dir,
        )

    @property
    def egress(self) -> Callable[[Settings, Clock], Egress]:
        return self.egress_over(self.transport)

    def transport(self) -> httpx.AsyncBaseTransport:
        return httpx.MockTransport(self.layer.answer) if self.layer else httpx.ASGITransport(app=self.app)

    def county(self, name: str = "king_wa_parcels", **more: Any) -> LoadReport:
        return load_county(self.conn, name, **self._given(), **more)

    def points(self, place: str = "us/wa/king", **more: Any) -> LoadReport:
        return load_openaddresses(self.conn, place, **self._given(), **more)

    def file(self, rows: Sequence[dict[str, Any]], name: str = "points.geojsonl") -> Path:
        """Write rows (lower-case names, lon and lat beside them) as an OpenAddresses file."""
        blank = dict.fromkeys(("hash", "number", "street", "unit", "city", "district", "region", "postcode", "id"), "")
        path = self.state_dir / name
        with path.open("w") as lines:
            for row in rows:
                properties = blank | {key: value for key, value in row.items() if key not in {"lon", "lat"}}
                geometry = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
                lines.write(json.dumps({"type": "Feature", "properties": properties, "geometry": geometry}) + "\n")
        return path

    def rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        with transaction(self.conn):
            return self.conn.execute(query, args).fetchall()

    def one(self, query: str, *args: Any) -> Any:
        (row,) = self.rows(query, *args)
        (value,) = row.values()
        return value

    def last_load(self) -> dict[str, Any]:
        return self.rows("select * from app.reference_load order by started_at desc limit 1")[0]

    def _given(self) -> dict[str, Any]:
        self.clock.instant += timedelta(hours=1)
        return {"settings": self.settings(), "clock": self.clock, "egress": self.egress}


@pytest.fixture
def bench(database, tmp_path, egress_over) -> Bench:
    return Bench(database.connect("pipeline"), tmp_path, egress_over, url=database.url)


@pytest.fixture
def editable(bench) -> Bench:
    """A bench whose county layer has 250 rows that the test may edit."""
    bench.layer = EditableLayer()
    bench.layer.fill(250)
    return bench


def address(number: int, **more: Any) -> dict[str, Any]:
    """Return a row of a file at `number` OAK ST."""
    place = {"lon": -122.3 + number / 100_000, "lat": 47.6}
    return {"number": str(number), "street": "OAK ST", "city": "SEATTLE", "postcode": "98101"} | place | more


@pytest.fixture
def make_address() -> Callable[..., dict[str, Any]]:
    return address
