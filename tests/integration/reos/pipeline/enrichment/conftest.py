"""Enrichment against the provider sandbox's own application, in process, and a fresh database."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr

from reos.connectors import registry
from reos.connectors.contract import Connector, ConnectorSpec
from reos.connectors.egress import Egress
from reos.core.clock import FixedClock
from reos.core.ids import new_id
from reos.core.money import MicroUsd
from reos.core.settings import Settings
from reos.db import seed, transaction
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.pipeline import enrich_offers
from reos.pipeline.enrich import EnrichReport, enrich, enrich_pending
from reos_local.sandbox.app import create_app

HOST = "127.0.0.1:8097"
SEED = 1
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def no_wait(seconds: float) -> None:
    """Stand in for sleeping between retries."""


@dataclass
class Bench:
    """A database, the sandbox and a clock: everything that a run of enrichment needs."""

    conn: Connection
    owner: Connection
    tenants: tuple[UUID, UUID]
    app: Any = field(default_factory=lambda: create_app(SEED))
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    attom_key: str | None = "sandbox-attom-key"
    sources: tuple[str, ...] = ("county_assessor", "attom")

    def settings(self) -> Settings:
        base = {"county_base_url": f"http://{HOST}/county", "attom_base_url": f"http://{HOST}/attom"}
        base["fema_base_url"] = f"http://{HOST}/fema/arcgis/rest/services/public/NFHL/MapServer"
        base["regrid_base_url"] = f"http://{HOST}/regrid/api/v2"
        key = {"attom_api_key": SecretStr(self.attom_key)} if self.attom_key else {}
        key |= {"regrid_token": SecretStr("sandbox-key")}
        return Settings(egress_private_hosts=[HOST], **base, **key)

    def egress(self) -> Egress:
        async def resolve(host: str, _port: int) -> Sequence[str]:
            return [host]

        return Egress(
            clock=self.clock,
            private_hosts=[HOST],
            resolver=resolve,
            transport=lambda: httpx.ASGITransport(app=self.app),
            sleep=no_wait,
        )

    def run(self, **more: Any) -> EnrichReport:
        return enrich_pending(self.conn, settings=self.settings(), clock=self.clock, egress=self.egress(), **more)

    def rerun(self, tenant_id: UUID, property_ids: Sequence[UUID], **more: Any) -> EnrichReport:
        given = {"settings": self.settings(), "clock": self.clock, "egress": self.egress()}
        day = {"logical_date": self.clock.now().date()}
        return enrich(self.conn, tenant_id, property_ids, **{**given, **day, **more})

    def discover(self, tenant_id: UUID, apns: Sequence[str], **columns: Any) -> list[UUID]:
        """Add properties as discovery does: rows and their events in one transaction."""
        given = {"county_fips": "53033", "state": "WA", "source": "test", **columns}
        ids = [new_id() for _ in apns]
        with transaction(self.conn):
            for property_id, apn in zip(ids, apns, strict=True):
                row = {"tenant_id": tenant_id, "property_id": property_id, "apn": apn, "apn_key": apn, **given}
                names = ", ".join(row)
                marks = ", ".join(f"%({name})s" for name in row)
                self.conn.execute(f"insert into app.property ({names}) values ({marks})", row)  # noqa: S608
            kind = EventType.PROPERTY_DISCOVERED
            append(self.conn, [NewEvent(kind, tenant_id, property_id, {}, uuid4()) for property_id in ids])
        return ids

    def tell_again(self, tenant_id: UUID, property_ids: Sequence[UUID]) -> None:
        """Publish `property.updated` for known properties."""
        kind = EventType.PROPERTY_UPDATED
        with transaction(self.conn):
            append(self.conn, [NewEvent(kind, tenant_id, property_id, {}, uuid4()) for property_id in property_ids])

    def budget(self, tenant_id: UUID, cap: int, period: str = "day", provider: str = "attom") -> None:
        seed.seed_budget(self.owner, tenant_id, provider, period, MicroUsd(cap))

    def fault(self, provider: str, kind: str, **more: Any) -> None:
        self._call("PUT", f"/_faults/{provider}", {"kind": kind, **more})

    def no_faults(self) -> None:
        """Mend all providers, and let the minute pass after which one that was down is asked again."""
        self._call("DELETE", "/_faults", None)
        self.clock.instant += timedelta(minutes=1)

    def rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        with transaction(self.conn):
            return self.conn.execute(query, args).fetchall()

    def count(self, table: str) -> int:
        return int(self.rows(f"select count(*) as n from {table}")[0]["n"])  # noqa: S608 - the tests' own names

    def events(self, property_id: UUID | None = None) -> list[dict[str, Any]]:
        """Return what enrichment has told, in order."""
        query = """select * from app.event_log where subject = 'event.enrichment.features'
                   and (%s::uuid is null or property_id = %s) order by seq"""
        return self.rows(query, property_id, property_id)

    def requests(self) -> int:
        """Return how many requests the sandbox has seen."""
        return sum(self._call("GET", "/_health", None).json()["requests"].values())

    def queued(self) -> int:
        return self.count("app.dirty_property where model = 'enrichment'")

    def stage(self, property_id: UUID) -> str:
        return str(self.rows("select stage from app.property where property_id = %s", property_id)[0]["stage"])

    def _call(self, method: str, path: str, body: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url="http://sandbox") as web:
                return (await web.request(method, path, json=body)).raise_for_status()

        return asyncio.run(call())


class Only(Mapping[str, ConnectorSpec]):
    """The specifications of the sources that exist on the bench right now."""

    def __init__(self, specs: Mapping[str, ConnectorSpec], bench: Bench) -> None:
        self._specs, self._bench = specs, bench

    def __getitem__(self, source: str) -> ConnectorSpec:
        if source not in self._bench.sources:
            raise KeyError(source)
        return self._specs[source]

    def __iter__(self) -> Iterator[str]:
        return iter(self._bench.sources)

    def __len__(self) -> int:
        return len(self._bench.sources)


@pytest.fixture
def bench(database: Any, make_tenants: Callable[[Any], tuple[UUID, UUID]]) -> Iterator[Bench]:
    """Return a bench on which only the sources named in `bench.sources` exist, whatever else the registry knows."""
    made = Bench(database.connect("pipeline"), database.connect("owner"), make_tenants(database))
    connect = registry.connectors

    def connectors(*given: Any) -> dict[str, Connector]:
        return {name: each for name, each in connect(*given).items() if name in made.sources}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "connectors", connectors)
        patch.setattr(enrich_offers, "SPECS", Only(registry.SPECS, made))
        yield made
