"""The API against a real PostgreSQL: two tenants with users of every role, a clock that tests move, and a client."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from psycopg import sql

from reos.core.clock import FixedClock
from reos.core.ids import new_id
from reos.core.settings import Settings
from reos.db import seed, transaction
from reos.events import EventType, NewEvent, append
from reos.policy.kernel import Role
from reos_api.app import create_app
from reos_api.settings import ApiSettings

if TYPE_CHECKING:
    from tests.integration.conftest import Database

PASSWORD = "correct horse battery staple"
KEYS = '{"k1": "0123456789abcdef0123456789abcdef"}'
SCORED: Mapping[str, object] = {
    "confidence": 0.5,
    "model_version": "1",
    "weights_version": 1,
    "inputs_hash": "ab12",
    "as_of": date(2026, 11, 24),
    "missing_inputs": ["equity"],
    "price_per_sqft": Decimal("312.50"),
    "component_codes": [1],
    "component_max_points": [100],
    "component_values": [Decimal("0.12")],
    "component_lows": [Decimal("-0.1")],
    "component_highs": [Decimal("0.3")],
    "reason_codes": [12],
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class World:
    """A database with tenants `north` and `south`, each with a user a role: `analyst@north.example` …"""

    database: "Database"
    north: UUID
    south: UUID
    settings: Settings
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC)))

    def later(self, **span: float) -> None:
        self.clock.instant += timedelta(**span)

    def add_property(self, tenant_id: UUID | None = None, **columns: object) -> UUID:
        """Insert a property of the tenant (north) known by an address; `columns` overrides."""
        property_id = new_id()
        row = {"property_id": property_id, "source": "test", "address_key": str(property_id), "state": "WA", **columns}
        self.insert("app.property", {"tenant_id": tenant_id or self.north, **row})
        return property_id

    def describe(self, property_id: UUID, tenant_id: UUID | None = None, **columns: object) -> None:
        """Insert what dbt would resolve: `beds=3` comes from the county assessor (source 3)."""
        sources = {f"{name}_src": 3 for name in columns}
        row = {"property_id": property_id, "resolved_hash": "r", **columns, **sources}
        self.insert("marts.dim_property", {"tenant_id": tenant_id or self.north, **row})

    def score(self, property_id: UUID, score: int, tenant_id: UUID | None = None, version: int = 1) -> None:
        """Insert a score of one component, as version `version`, in force."""
        tenant = {"tenant_id": tenant_id or self.north, "property_id": property_id}
        row = {**tenant, "score_version": version, "score": score, **SCORED, "component_points": [score]}
        self.insert("marts.fct_property_score_history", row)
        with self.database.connect("superuser") as conn:
            conn.execute("delete from marts.fct_property_score where property_id = %s", (property_id,))
        self.insert("marts.fct_property_score", row)

    def add_memo(self, property_id: UUID, memo_id: UUID, content: bytes, storage_key: str | None = None) -> Path:
        """Insert a memo of north and put its document into the store; return the file."""
        digest = hashlib.sha256(content)
        key = storage_key or f"{self.north}/{digest.hexdigest()}.pdf"
        ids = {"tenant_id": self.north, "memo_id": memo_id, "property_id": property_id}
        size = {"byte_size": len(content), "page_count": 2, "document_sha256": digest.digest(), "storage_key": key}
        made = {"score_version": 1, "inputs_hash": b"h", "template_version": "1"}
        self.insert("app.memo", {**ids, **size, **made})
        path = self.settings.memo_dir / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def happen(self, property_id: UUID, tenant_id: UUID | None = None, count: int = 1) -> list[int]:
        """Append events about a property and return their places in the log."""
        tenant = tenant_id or self.north
        told = [NewEvent(EventType.PROPERTY_UPDATED, tenant, property_id, {"n": n}, new_id()) for n in range(count)]
        with self.database.connect("pipeline") as conn, transaction(conn):
            return [event.seq for event in append(conn, told)]

    def insert(self, table: str, row: Mapping[str, object]) -> None:
        """Insert a row past every policy."""
        schema, _, name = table.partition(".")
        names = sql.SQL(", ").join(map(sql.Identifier, row))
        holes = sql.SQL(", ").join([sql.Placeholder()] * len(row))
        statement = sql.SQL("insert into {} ({}) values ({})").format(sql.Identifier(schema, name), names, holes)
        with self.database.connect("superuser") as conn:
            conn.execute(statement, list(row.values()))


@pytest.fixture
def api_database(database: "Database") -> "Database":
    """Where the API works; a test module that reads the marts overrides it with `warehouse`."""
    return database


@pytest.fixture
def world(api_database: "Database", make_tenants: "Callable[[Database], tuple[UUID, UUID]]", tmp_path: Path) -> World:
    north, south = make_tenants(api_database)
    owner = api_database.connect("owner")
    for tenant_id, slug in ((north, "north"), (south, "south")):
        for role in Role:
            seed.seed_user(owner, tenant_id, f"{role.lower()}@{slug}.example", role, PASSWORD, rounds=4)
    settings = api_database.settings(jwt_keys=KEYS, state_dir=tmp_path, redis_url=None)
    return World(api_database, north, south, settings)


@pytest.fixture
async def app(world: World) -> AsyncIterator[FastAPI]:
    limits = ApiSettings(testing=True, bcrypt_rounds=4, session_check_seconds=0, stream_poll_seconds=0.05)
    application = create_app(world.settings, limits, clock=world.clock)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as http:
        yield http


@dataclass
class SignIn:
    """Signs in as a role of a tenant and returns the request headers; each once a test."""

    client: httpx.AsyncClient
    known: dict[str, dict[str, str]] = field(default_factory=dict)

    async def __call__(self, role: str = "analyst", tenant: str = "north") -> dict[str, str]:
        email = f"{role}@{tenant}.example"
        if email not in self.known:
            answer = await self.client.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            self.known[email] = {"authorization": f"Bearer {answer.json()['access_token']}"}
        return self.known[email]


@pytest.fixture
def sign_in(client: httpx.AsyncClient) -> SignIn:
    return SignIn(client)
