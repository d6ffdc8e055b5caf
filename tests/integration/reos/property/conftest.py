"""A tenant to merge properties in, and what its rows look like."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from reos.core.clock import FixedClock
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline import merge as by_person
from reos.pipeline.discover import Discovered, Lead, discover
from reos.property.merging import Merge
from reos.property.review import Status

if TYPE_CHECKING:
    from tests.integration.conftest import Database


@dataclass
class Bench:
    """One tenant of two, as `reos_app` sees it, with a clock that moves a minute a lead."""

    conn: Connection
    tenant_id: UUID
    other_tenant: UUID
    superuser: Connection
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC)))
    person: by_person.Person = field(init=False)

    def __post_init__(self) -> None:
        self.person = by_person.Person(uuid4(), self.clock)

    def lead(self, address: str = "", tenant_id: UUID | None = None, **more: Any) -> Discovered:
        """Take one lead in; addresses are in Seattle 98101 unless they say more."""
        full = f"{address}, Seattle, WA 98101" if address and "," not in address else address or None
        self.clock.instant = self.clock.instant.replace(minute=(self.clock.instant.minute + 1) % 60)
        lead = Lead(address=full, **more)
        found = discover(self.conn, tenant_id or self.tenant_id, [lead], clock=self.clock, correlation_id=uuid4())
        return found[0]

    def home(self, address: str = "", **more: Any) -> UUID:
        """Take a lead in that must become a property of its own."""
        found = self.lead(address, **more)
        assert found.created, found
        assert found.property_id is not None
        return found.property_id

    def merge(self, survivor: UUID, absorbed: UUID) -> Merge:
        with tenant_transaction(self.conn, self.tenant_id):
            return by_person.merge(self.conn, self.tenant_id, survivor, absorbed, reason="one home", person=self.person)

    def unmerge(self, survivor: UUID, absorbed: UUID) -> UUID:
        with tenant_transaction(self.conn, self.tenant_id):
            return by_person.unmerge(self.conn, self.tenant_id, survivor, absorbed, reason="two", person=self.person)

    def decide(self, review_id: UUID, status: Status) -> by_person.Decided:
        with tenant_transaction(self.conn, self.tenant_id):
            return by_person.decide(self.conn, self.tenant_id, review_id, status, note="seen", person=self.person)

    def rows(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        with tenant_transaction(self.conn, self.tenant_id):
            return self.conn.execute(query, arguments).fetchall()

    def properties(self) -> dict[UUID, dict[str, Any]]:
        """Return every row of the property table, but for what counts changes."""
        rows = self.rows("select * from app.property")
        return {
            row["property_id"]: {name: value for name, value in row.items() if name not in {"version", "updated_at"}}
            for row in rows
        }

    def survivors(self) -> dict[UUID, UUID | None]:
        return {row["property_id"]: row["merged_into"] for row in self.rows("select * from app.property")}

    def reviews(self) -> list[dict[str, Any]]:
        return self.rows("select * from app.match_review order by opened_at, review_id")

    def events(self, kind: str) -> list[dict[str, Any]]:
        return self.rows("select * from app.event_log where event_type = %s order by seq", kind)


@pytest.fixture(params=["app", "pipeline"])
def bench(request: pytest.FixtureRequest, database: "Database", two_tenants: tuple[UUID, UUID]) -> Bench:
    """A bench under each of the roles that take leads in."""
    return _bench(database, request.param, two_tenants)


@pytest.fixture
def app_bench(database: "Database", two_tenants: tuple[UUID, UUID]) -> Bench:
    """A bench under the API's role alone."""
    return _bench(database, "app", two_tenants)


def _bench(database: "Database", role: str, tenants: tuple[UUID, UUID]) -> Bench:
    superuser = database.connect("superuser", autocommit=True)
    return Bench(database.connect(role, autocommit=True), *tenants, superuser)
