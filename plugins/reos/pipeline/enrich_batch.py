"""One batch of one tenant's properties through all sources: plan, ask, land, tell.

Providers are called with no transaction open. What a paid provider sold is landed and settled group by group, so that a
crash can lose one group of answers at most, and holds of dead workers are found by `budgets.reap_holds`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from reos.connectors.contract import ConnectorSpec, LookupRequest, LookupResult
from reos.connectors.landing import land, record_calls
from reos.connectors.registry import SPECS
from reos.core import metrics
from reos.core.clock import Clock
from reos.core.errors import BudgetExhaustedError
from reos.core.ids import NewId, new_id
from reos.core.money import MicroUsd
from reos.db.connection import Connection, tenant_transaction
from reos.events import EventType
from reos.pipeline.enrich_fetch import Sources
from reos.pipeline.enrich_permit import refusal
from reos.pipeline.enrich_plan import Terms, to_ask
from reos.pipeline.enrich_publish import publish
from reos.pipeline.enrich_state import Landed, PropertyState, load_states, standing_among
from reos.pipeline.enrich_waiting import wait_for_budget
from reos.pipeline.work_queue import ENRICHMENT
from reos.policy import budgets

_GROUP = 64  # lookups under one budget hold


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


@dataclass(frozen=True)
class Run:
    """What all batches of a run share."""

    conn: Connection
    sources: Sources
    clock: Clock
    logical_date: date
    report: EnrichReport
    force: bool = False
    make_id: NewId = new_id
    refusals: dict[tuple[UUID, str], str | None] = field(default_factory=dict)

    def enrich(self, tenant_id: UUID, property_ids: Sequence[UUID], queued_up_to: int | None = None) -> None:
        """Enrich one batch and tell the outcome; on success its rows up to `queued_up_to` leave the queue."""
        started = time.monotonic()
        connectors = self.sources.connectors
        with tenant_transaction(self.conn, tenant_id):
            states = load_states(self.conn, tenant_id, property_ids, connectors, self.clock.now())
        for connector in connectors.values():
            now = self.clock.now()
            price = connector.spec.price(now.date())
            terms = Terms(now, paid=price > 0, force=self.force)
            requests = self._permitted(tenant_id, connector.spec, to_ask(states.values(), connector, terms), states)
            if price:
                self._buy(tenant_id, connector.spec, price, requests, states)
            elif requests:
                result = self.sources.fetch(connector.spec.provider, requests)
                with tenant_transaction(self.conn, tenant_id):
                    self._land(tenant_id, connector.spec, result)
                _note(connector.spec, result, states)
        self._finish(tenant_id, property_ids, states, queued_up_to)
        metrics.observe("reos_stage_seconds", time.monotonic() - started, stage="enrichment")

    def _permitted(
        self,
        tenant_id: UUID,
        spec: ConnectorSpec,
        requests: list[LookupRequest],
        states: dict[UUID, PropertyState],
    ) -> list[LookupRequest]:
        """Return `requests` if policy permits the source, else nothing and the reason in each state."""
        key = (tenant_id, spec.provider)
        if requests and key not in self.refusals:
            with tenant_transaction(self.conn, tenant_id):
                self.refusals[key] = refusal(self.conn, tenant_id, spec, self.clock, self.make_id)
        reason = self.refusals.get(key)
        for request in requests if reason else ():
            states[request.property_id].skipped[spec.provider] = str(reason)
        return [] if reason else requests

    def _buy(
        self,
        tenant_id: UUID,
        spec: ConnectorSpec,
        price: MicroUsd,
        requests: Sequence[LookupRequest],
        states: dict[UUID, PropertyState],
    ) -> None:
        """Buy records group by group, as far as the budget reaches; the first of a run alone, to try the ground."""
        left = list(requests)
        while left := self._standing(tenant_id, left):
            down = self.sources.down(spec.provider)
            if down:
                _note(spec, LookupResult(failed={request.property_id: down for request in left}), states)
                return
            size = 1 if self.sources.untried(spec.provider) else _GROUP
            try:
                grant = self._hold(tenant_id, spec, price, min(size, len(left)))
            except BudgetExhaustedError as refused:
                for request in left:
                    states[request.property_id].skipped[spec.provider] = str(refused.context["reason"])
                return
            group, left = left[: grant.units], left[grant.units :]
            result = self.sources.fetch(spec.provider, group)
            spent = MicroUsd(sum(call.cost for call in result.calls))
            with tenant_transaction(self.conn, tenant_id):
                self._land(tenant_id, spec, result)
                budgets.settle(self.conn, grant.hold_id, spent, at=self.clock.now())
            _note(spec, result, states)

    def _standing(self, tenant_id: UUID, requests: list[LookupRequest]) -> list[LookupRequest]:
        """Drop what was merged into another property or deleted since the batch began: nobody pays for it."""
        if not requests:
            return []
        with tenant_transaction(self.conn, tenant_id):
            standing = standing_among(self.conn, tenant_id, [request.property_id for request in requests])
        return [request for request in requests if request.property_id in standing]

    def _hold(self, tenant_id: UUID, spec: ConnectorSpec, price: MicroUsd, wanted: int) -> budgets.Grant:
        with tenant_transaction(self.conn, tenant_id):
            return budgets.hold_units(
                *(self.conn, tenant_id, spec.provider, price, wanted),
                at=self.clock.now(),
                reference=f"enrichment/{spec.dataset}",
                new_id=self.make_id,
            )

    def _land(self, tenant_id: UUID, spec: ConnectorSpec, result: LookupResult) -> None:
        self.report.raw_rows += land(self.conn, tenant_id, spec, result.records, self.logical_date)
        record_calls(self.conn, tenant_id, result.calls, new_id=self.make_id)
        self.report.calls += len(result.calls)
        self.report.records += len(result.records)
        self.report.cost_microusd += sum(call.cost for call in result.calls)

    def _finish(
        self,
        tenant_id: UUID,
        property_ids: Sequence[UUID],
        states: dict[UUID, PropertyState],
        queued_up_to: int | None,
    ) -> None:
        absent = SPECS.keys() - self.sources.connectors.keys()
        for state in states.values():
            state.skipped |= dict.fromkeys(absent, "not_configured") if state.missing() else {}
        failed = {property_id for property_id, state in states.items() if state.failed}
        with tenant_transaction(self.conn, tenant_id):
            if queued_up_to is None:
                ENRICHMENT.add(self.conn, ((tenant_id, property_id) for property_id in sorted(failed)))
            else:
                settled = [property_id for property_id in property_ids if property_id not in failed]
                ENRICHMENT.done(self.conn, tenant_id, settled, queued_up_to)
            wait_for_budget(self.conn, tenant_id, states.values())
            events = publish(self.conn, tenant_id, states.values(), self.make_id)
        self.report.properties += len(states)
        self.report.failed += len(failed)
        self.report.enriched += sum(event.event_type is EventType.PROPERTY_ENRICHED for event in events)
        for state in states.values():
            for source, reason in state.skipped.items():
                name = f"{source}: {reason}"
                self.report.skipped[name] = self.report.skipped.get(name, 0) + 1


def _note(spec: ConnectorSpec, result: LookupResult, states: dict[UUID, PropertyState]) -> None:
    """Take the outcomes of one source into the properties' states."""
    for record in result.records:
        state = states[record.property_id]
        state.landed[spec.provider] = Landed.of(record)
        if record.error:
            state.failed[spec.provider] = record.error
    for property_id in result.not_found:
        states[property_id].skipped[spec.provider] = "not_found"
    for property_id, error in result.failed.items():
        states[property_id].failed[spec.provider] = error
