"""Geocoding against loaded points, the provider sandbox's own application in process, and a fresh database."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from reos.address import block_key, parse
from reos.connectors.egress import Egress
from reos.core.clock import FixedClock
from reos.core.ids import new_id
from reos.core.settings import Settings
from reos.db import transaction
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.pipeline.geocode import GeocodeReport, geocode, geocode_pending
from reos.property.identity import Claim, identify
from reos_local.sandbox.app import create_app

HOST = "127.0.0.1:8097"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LOAD = UUID(int=1)
CENTRE = (47.5, -122.2)  # of ZIP code 98001 in these tests
METRE = 1 / 111_195  # in degrees of latitude


async def no_wait(seconds: float) -> None:
    """Stand in for sleeping between retries."""


@dataclass
class Bench:
    """A database, the sandbox and a clock: everything that a run of geocoding needs."""

    conn: Connection
    tenants: tuple[UUID, UUID]
    app: Any = field(default_factory=lambda: create_app(1))
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    _numbers: Any = field(default_factory=lambda: count(1))

    @property
    def given(self) -> dict[str, Any]:
        async def resolve(host: str, _port: int) -> Sequence[str]:
            return [host]

        settings = Settings(census_base_url=f"http://{HOST}/census/geocoder", egress_private_hosts=[HOST])
        transport = httpx.ASGITransport(app=self.app)
        egress = Egress(
            clock=self.clock, private_hosts=[HOST], resolver=resolve, transport=lambda: transport, sleep=no_wait
        )
        return {"settings": settings, "clock": self.clock, "egress": egress}

    def run(self, **more: Any) -> GeocodeReport:
        return geocode_pending(self.conn, **self.given, **more)

    def rerun(self, tenant_id: UUID, property_ids: Sequence[UUID], **more: Any) -> GeocodeReport:
        day = {"logical_date": self.clock.now().date()}
        return geocode(self.conn, tenant_id, property_ids, **{**self.given, **day, **more})

    def lead(self, tenant_id: UUID, address: str = "", **claim: Any) -> UUID:
        """Add a property as discovery does: its row and its event in one transaction."""
        identity = identify(Claim(address=address, **claim))
        property_id = new_id()
        row = {"tenant_id": tenant_id, "property_id": property_id, "source": "test", **identity.columns()}
        names, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
        with transaction(self.conn):
            self.conn.execute(f"insert into app.property ({names}) values ({marks})", row)  # noqa: S608
            append(self.conn, [NewEvent(EventType.PROPERTY_DISCOVERED, tenant_id, property_id, {}, uuid4())])
        return property_id

    def tell(self, tenant_id: UUID, property_id: UUID) -> None:
        with transaction(self.conn):
            append(self.conn, [NewEvent(EventType.PROPERTY_UPDATED, tenant_id, property_id, {}, uuid4())])

    def point(self, address: str, north_m: float = 0.0, load_id: UUID = LOAD, **columns: Any) -> str:
        """Load an address point `north_m` metres north of the middle of its ZIP code."""
        read = parse(address)
        parts = read.components
        row = {
            "source": "openaddresses/us/wa/king", "source_id": str(next(self._numbers)), "number": parts.number,
            "predirection": parts.predirection or None, "street": parts.street, "suffix": parts.suffix or None,
            "postdirection": parts.postdirection or None, "unit": read.unit or None, "city": parts.city or None,
            "state": parts.state or None, "zip5": parts.zip5 or None, "address_block": block_key(parts),
            "address_key": read.address_key, "latitude": CENTRE[0] + north_m * METRE, "longitude": CENTRE[1],
            "body_sha256": b"0" * 32, "load_id": load_id, **columns,
        }  # fmt: skip
        names, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
        with transaction(self.conn):
            self.conn.execute(f"insert into app.address_point ({names}) values ({marks})", row)  # noqa: S608
        return str(row["source_id"])

    def load(self, load_id: UUID, source: str = "openaddresses/us/wa/king") -> None:
        with transaction(self.conn):
            values = (load_id, source, "test", "full", NOW)
            columns = "load_id, source, kind, mode, started_at"
            self.conn.execute(f"insert into app.reference_load ({columns}) values (%s, %s, %s, %s, %s)", values)  # noqa: S608

    def area(self, zip5: str = "98001", radius_m: float = 1000.0, points: int = 500) -> None:
        with transaction(self.conn):
            values = (zip5, *CENTRE, radius_m, points)
            self.conn.execute("insert into app.zip_area values (%s, %s, %s, %s, %s)", values)

    def rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        with transaction(self.conn):
            cursor = self.conn.execute(query, args)
            return cursor.fetchall() if cursor.description else []

    def points(self, property_id: UUID, source: str | None = None) -> list[dict[str, Any]]:
        query = """select * from raw.geocode_point where property_id = %s and (%s::text is null or source = %s)
                   order by source, logical_date"""
        return self.rows(query, property_id, source, source)

    def fault(self, kind: str, **more: Any) -> None:
        self._call("PUT", "/_faults/census", {"kind": kind, **more})

    def no_faults(self) -> None:
        self._call("DELETE", "/_faults", None)

    def requests(self) -> int:
        """Return how many requests the sandbox's geocoder has seen."""
        return int(self._call("GET", "/_health", None).json()["requests"]["census"])

    def queued(self, model: str = "geocoding") -> int:
        return int(self.rows("select count(*) as n from app.dirty_property where model = %s", model)[0]["n"])

    def _call(self, method: str, path: str, body: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url="http://sandbox") as web:
                return (await web.request(method, path, json=body)).raise_for_status()

        return asyncio.run(call())


@pytest.fixture
def bench(database: Any, make_tenants: Callable[[Any], tuple[UUID, UUID]]) -> Bench:
    found = Bench(database.connect("pipeline"), make_tenants(database))
    found.load(LOAD)
    return found
