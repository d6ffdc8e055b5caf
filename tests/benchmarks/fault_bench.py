"""Everything that a drill's runs share: a database, the sandbox, a clock that the drill moves, and impatient egress."""

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock
from uuid import UUID, uuid4

from tests.benchmarks.fault_sandbox import Sandbox

from reos.connectors import registry
from reos.connectors.contract import Connector
from reos.connectors.egress import Egress
from reos.core.clock import Clock, FixedClock
from reos.core.ids import new_id
from reos.core.money import MicroUsd
from reos.core.settings import Settings
from reos.db import seed, transaction
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos_local.sandbox.app import DEFAULT_ATTOM_KEY
from reos_local.sandbox.attom_view import is_known
from reos_local.sandbox.places import COUNTY_FIPS
from reos_local.sandbox.regrid_view import is_covered
from reos_local.sandbox.world import county_apns, parcel
from reos_local.stack.environment import SANDBOX_KEY

if TYPE_CHECKING:
    from tests.integration.conftest import Database

SEED = 1
PATIENT, IMPATIENT = 60.0, 0.5  # seconds a try may take
_BUDGET = MicroUsd(1_000_000_000)


@dataclass
class Bench:
    """One tenant in a database of its own, beside a running sandbox."""

    database: "Database"
    sandbox: Sandbox
    tenant_id: UUID
    conn: Connection
    state_dir: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC)))
    parcels: Iterator[str] = field(default_factory=lambda: iter(county_apns(SEED)))

    @classmethod
    def of(cls, database: "Database", sandbox: Sandbox, state_dir: Path) -> "Bench":
        """Return a bench with a tenant that has a budget for everything that costs."""
        owner = database.connect("owner")
        tenant_id = seed.seed_tenant(owner, "drill", "Drill")
        for provider in sorted({spec.provider for spec in registry.SPECS.values()}):
            seed.seed_budget(owner, tenant_id, provider, "month", _BUDGET)
        return cls(database, sandbox, tenant_id, database.connect("pipeline", autocommit=True), state_dir)

    def settings(self) -> Settings:
        """Return settings that point every provider at the sandbox, with the keys that it takes."""
        base = f"http://{self.sandbox.place}"
        return self.database.settings(
            attom_base_url=f"{base}/attom",
            attom_api_key=DEFAULT_ATTOM_KEY,
            regrid_base_url=f"{base}/regrid/api/v2",
            regrid_token=SANDBOX_KEY,
            county_base_url=f"{base}/county",
            census_base_url=f"{base}/census/geocoder",
            census_acs_base_url=f"{base}/acs/data",
            census_api_key=SANDBOX_KEY,
            fema_base_url=f"{base}/fema/arcgis/rest/services/public/NFHL/MapServer",
            zillow_research_base_url=f"{base}/zillow/research/public_csvs",
            zillow_bridge_base_url=f"{base}/bridge/api/v2",
            zillow_bridge_token=SANDBOX_KEY,
            openaddresses_base_url=f"{base}/openaddresses",
            openaddresses_token="oa.sandbox",
            egress_private_hosts=[self.sandbox.place],
            state_dir=self.state_dir,
        )

    def egress(self, longest_s: float) -> Egress:
        """Return egress whose tries end after `longest_s` seconds and whose waits between them do not count."""

        async def no_wait(seconds: float) -> None:
            await asyncio.sleep(min(seconds, 0.01))

        hosts = [self.sandbox.place]
        return Egress(clock=self.clock, private_hosts=hosts, sleep=no_wait, longest_s=longest_s)

    def egress_factory(self, longest_s: float) -> Callable[[Settings, Clock], Egress]:
        """Return the same as what use-cases take that make their egress themselves."""
        return lambda _settings, _clock: self.egress(longest_s)

    def discover(self, count: int, *, located: bool) -> list[UUID]:
        """Add properties that no run has seen, as discovery does; with a point if `located`.

        The paid providers know all of them: whether an answer that got lost had a record in it, nobody could tell.
        """
        known = (apn for apn in self.parcels if is_known(SEED, apn) and is_covered(SEED, apn))
        found = list(itertools.islice((each for each in (parcel(SEED, apn) for apn in known) if each.address), count))
        ids = [new_id() for _ in found]
        with transaction(self.conn):
            for property_id, true in zip(ids, found, strict=True):
                row = {
                    "tenant_id": self.tenant_id,
                    "property_id": property_id,
                    "source": "drill",
                    "apn": true.apn,
                    "apn_key": true.apn,
                    "county_fips": COUNTY_FIPS,
                    "address_line": true.address,
                    "city": true.place.city,
                    "state": "WA",
                    "zip5": true.place.zip5,
                    **({"latitude": true.latitude, "longitude": true.longitude} if located else {}),
                }
                names, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
                self.conn.execute(f"insert into app.property ({names}) values ({marks})", row)  # noqa: S608 (constants)
            kind = EventType.PROPERTY_DISCOVERED
            append(self.conn, [NewEvent(kind, self.tenant_id, property_id, {}, uuid4()) for property_id in ids])
        return ids

    def rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        """Return the rows of a query over all of the tenant's data."""
        return self.conn.execute(query, args).fetchall()

    def later(self, **span: float) -> None:
        """Move the clock."""
        self.clock.instant += timedelta(**span)


@contextmanager
def only(*sources: str) -> Iterator[None]:
    """Have an installation with these sources alone, so that the planner cannot do without them."""
    real = registry.connectors

    def some(settings: Settings, egress: Egress, clock: Clock) -> dict[str, Connector]:
        found = real(settings, egress, clock)
        return {source: found[source] for source in sources}

    with mock.patch.object(registry, "connectors", some):
        yield


def standing(bench: Bench, ids: Sequence[UUID], stage: str) -> dict[UUID, set[str]]:
    """Return for each property what holds of it: `queued`, and the types of the events that tell its outcome."""
    holds: dict[UUID, set[str]] = {each: set() for each in ids}
    for row in bench.rows("select property_id from app.dirty_property where model = %s", stage):
        if row["property_id"] in holds:
            holds[row["property_id"]].add("queued")
    told = """select property_id, event_type from app.event_log
               where property_id = any (%s) and subject = 'event.enrichment.features'"""
    for row in bench.rows(told, list(ids)):
        holds[row["property_id"]].add(row["event_type"])
    return holds
