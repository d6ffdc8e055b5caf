"""Properties and raw answers as the pipeline would have landed them, and a warehouse to score them in."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from reos.core.clock import FixedClock
from reos.core.settings import Settings
from reos.db import connect, seed
from reos.db.connection import Connection
from reos.db.roles import create_database
from reos.pipeline.score import ScoreReport, score_pending

MakeTenants = Callable[[Any], tuple[UUID, UUID]]
AS_OF = date(2026, 6, 30)
COUNTY = "53033"
ANSWER = {
    "APN": None, "SITUS_ADDR": "12 OAK ST", "SITUS_CITY": "AUBURN", "SITUS_STATE": "WA", "ZIP5": "98001     ",
    "OWNER_NAME": "BLACKTHORN PILAR", "MAIL_ADDR": "12 OAK ST, AUBURN WA 98001", "PROP_USE": "DUPLEX", "YR_BUILT": 1961,
    "BEDROOMS": 4, "BATHS": 2.0, "SQFT_TOT_LIVING": 1500, "LOT_SQFT": 6000, "APPR_LAND_VAL": 100_000,
    "APPR_IMP_VAL": 200_000, "LAST_SALE_DATE": None, "LAST_SALE_PRICE": 0, "LAT": 47.3, "LON": -122.2,
}  # fmt: skip


@dataclass
class Database:
    """A database that always has the same name: dbt keeps its parsed project as long as the connection's name stays."""

    server: Any
    name: str = "test_scoring"
    _open: list[Connection] = field(default_factory=list)

    def connect(self, role: str, *, autocommit: bool = False) -> Connection:
        conn = connect(self.server.url(role, self.name), autocommit=autocommit, application_name="test")
        self._open.append(conn)
        return conn

    def settings(self, **more: object) -> Settings:
        urls = {f"db_{role}_url": self.server.url(role, self.name) for role in ("pipeline", "dbt", "quality")}
        return Settings.model_validate({**urls, **more})

    def recreate(self, template: str) -> None:
        for conn in self._open:
            conn.close()
        with self.server.superuser() as conn:
            conn.execute(f"drop database if exists {self.name} with (force)")
            create_database(conn, self.name, template=template)


@dataclass
class Landing:
    """One tenant's properties and answers; `conn` is of reos_pipeline, so the real triggers queue the work."""

    conn: Connection
    tenant_id: UUID
    day: date = AS_OF

    def property(self, apn: str, **columns: Any) -> UUID:
        property_id = uuid5(self.tenant_id, apn)
        named = {"county_fips": COUNTY, "apn": apn, "apn_key": apn, "zip5": "98001", "state": "WA", "source": "test"}
        born = {"property_id": property_id, "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
        self._insert("app.property", {**named, **born, **columns})
        return property_id

    def imported(self, property_id: UUID, **body: Any) -> None:
        key = f"{body['sale_date']}:{body['sale_price']}" if "sale_price" in body else "roll"
        batch = {"batch_id": uuid5(self.tenant_id, "batch"), "line": 2, "profile": "test"}
        self._land("import_record", property_id, body, "record_key", {**batch, "record_key": key})

    def county(self, property_id: UUID, apn: str, **attributes: Any) -> None:
        self.county_verbatim(property_id, {**ANSWER, "APN": apn, **attributes})

    def county_verbatim(self, property_id: UUID, attributes: dict[str, Any]) -> None:
        self._land("county_assessor_parcel", property_id, attributes, "logical_date", {"county_fips": COUNTY})

    def attom(self, property_id: UUID, **profile: Any) -> None:
        self.answer("attom_expanded_profile", property_id, **profile)

    def answer(self, table: str, property_id: UUID, **body: Any) -> None:
        """Land an answer about the property in `raw.<table>`, one a day."""
        self._land(table, property_id, body, "logical_date", {})

    def neighbourhood(self, count: int = 12, *, first: int = 1) -> list[UUID]:
        """Sell `count` houses of 1,000 sqft in ZIP 98001, one a month back from May 2026, at 200, 210, 220 … a sqft."""
        found = []
        for number in range(first, first + count):
            property_id = self.property(f"{number:010d}")
            sold = date(2026, 5, 28) - timedelta(days=30 * (number - 1))
            self.imported(
                property_id, apn=f"{number:010d}", zip5="98001", sale_date=sold.isoformat(),
                sale_price=(190 + 10 * number) * 1000, living_sqft=1000, beds=3, baths=1.5, condition=3,
                year_built=1980,
            )  # fmt: skip
            found.append(property_id)
        return found

    def _land(self, table: str, property_id: UUID, body: Any, key: str, more: dict[str, Any]) -> None:
        text = json.dumps(body, sort_keys=True)
        fetched = {"logical_date": self.day, "fetched_at": datetime.combine(self.day, time(6), UTC), "licence": "test"}
        hashed = {"body": text, "body_sha256": hashlib.sha256(text.encode()).digest()}
        row = {"property_id": property_id, **fetched, **hashed, **more}
        again = (
            f" on conflict (tenant_id, property_id, {key}) do update set body = excluded.body,"
            " body_sha256 = excluded.body_sha256, fetched_at = excluded.fetched_at"
            f" where raw.{table}.body_sha256 is distinct from excluded.body_sha256"
        )
        self._insert(f"raw.{table}", row, again)

    def _insert(self, table: str, row: dict[str, Any], again: str = "") -> None:
        full = {"tenant_id": self.tenant_id, **row}
        names, marks = ", ".join(full), ", ".join(["%s"] * len(full))
        self.conn.execute(f"insert into {table} ({names}) values ({marks}){again}", list(full.values()))  # noqa: S608


@dataclass
class Scorer:
    """The scoring stage on one database, with a clock that stands still."""

    database: Database
    state_dir: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 6, 30, 12, tzinfo=UTC)))

    @property
    def settings(self) -> Settings:
        return self.database.settings(state_dir=self.state_dir)

    def run(self, as_of: date = AS_OF) -> ScoreReport:
        return score_pending(self.settings, as_of=as_of, clock=self.clock)

    def rows(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        with self.database.connect("superuser", autocommit=True) as conn:
            return conn.execute(query, arguments).fetchall()

    def value(self, query: str, *arguments: object) -> Any:
        (row,) = self.rows(query, *arguments)
        (value,) = row.values()
        return value


@dataclass
class World:
    """A database with two tenants, to land answers in and to score."""

    database: Database
    scorer: Scorer
    north: Landing
    south: Landing


@pytest.fixture(scope="session")
def dbt_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt keeps its parsed project; dbt parses anew for each database."""
    return tmp_path_factory.mktemp("dbt-state")


@pytest.fixture
def world(server: Any, warehouse_template: str, make_tenants: MakeTenants, dbt_state: Path) -> Iterator[World]:
    """A fresh warehouse for one test."""
    yield from _world(server, warehouse_template, make_tenants, dbt_state)


@pytest.fixture
def unbuilt_world(server: Any, template: str, make_tenants: MakeTenants, dbt_state: Path) -> Iterator[World]:
    """A migrated database on which dbt has never run."""
    yield from _world(server, template, make_tenants, dbt_state)


@pytest.fixture(scope="module")
def shared_world(
    request: pytest.FixtureRequest, server: Any, warehouse_template: str, dbt_state: Path
) -> Iterator[World]:
    """A warehouse that the tests of a module read, in the state that the module's `prepare(world)` leaves it in."""
    for world in _world(server, warehouse_template, _tenants, dbt_state):
        request.module.prepare(world)
        yield world


def _world(server: Any, template: str, make_tenants: MakeTenants, state_dir: Path) -> Iterator[World]:
    database = Database(server)
    database.recreate(template)
    conn = database.connect("pipeline", autocommit=True)
    north, south = (Landing(conn, tenant_id) for tenant_id in make_tenants(database))
    yield World(database, Scorer(database, state_dir), north, south)
    database.recreate("template0")


def _tenants(database: Database) -> tuple[UUID, UUID]:
    owner = database.connect("owner")
    first, second = (seed.seed_tenant(owner, slug, slug.title()) for slug in ("north", "south"))
    for tenant_id in (first, second):
        seed.seed_score_weights(owner, tenant_id)
    return first, second
