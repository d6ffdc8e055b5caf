"""What all batches of an enrichment run share, and one batch under way."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from reos.connectors.contract import ConnectorSpec
from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection, tenant_transaction
from reos.pipeline.enrich_fetch import Sources
from reos.pipeline.enrich_gaps import Gap
from reos.pipeline.enrich_permit import refusal
from reos.pipeline.enrich_plan import Step
from reos.pipeline.enrich_state import PropertyState


@dataclass
class EnrichReport:
    """What a run did. `failed` properties stay queued; `skipped` counts reasons such as `attom: day_cap`."""

    events_claimed: int = 0
    recalled: int = 0
    properties: int = 0
    enriched: int = 0
    failed: int = 0
    calls: int = 0
    records: int = 0
    raw_rows: int = 0
    cost_microusd: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    holds_reaped: int = 0
    busy_tenants: list[UUID] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Taken:
    """A step that was taken, what came of it (`answered`, `not_found`, an error's kind), and what it cost."""

    step: Step
    outcome: str
    cost: int


@dataclass
class Batch:
    """One batch of a tenant: the properties' states in the queue's order, what was missing at first, what was done."""

    tenant_id: UUID
    states: dict[UUID, PropertyState]
    gaps: dict[UUID, tuple[Gap, ...]] = field(default_factory=dict)
    taken: dict[UUID, list[Taken]] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """The connection, the sources, the day under which answers are landed, and policy's refusals by tenant, source.

    With `force` everything is asked again as if nothing had been asked before.
    """

    conn: Connection
    sources: Sources
    clock: Clock
    logical_date: date
    report: EnrichReport
    force: bool = False
    make_id: NewId = new_id
    run_id: UUID = field(default_factory=new_id)
    refusals: dict[tuple[UUID, str], str | None] = field(default_factory=dict)

    def spec(self, source: str) -> ConnectorSpec:
        """Return the specification of a configured source."""
        return self.sources.connectors[source].spec

    def refusal(self, tenant_id: UUID, source: str) -> str | None:
        """Return why policy forbids the source, or None; decided, and recorded, the first time it is to be used."""
        key = (tenant_id, source)
        if key not in self.refusals:
            with tenant_transaction(self.conn, tenant_id):
                self.refusals[key] = refusal(self.conn, tenant_id, self.spec(source), self.clock, self.make_id)
        return self.refusals[key]
