"""One batch of one tenant's properties: loaded points first, then the geocoder for those that have no point to use.

The geocoder is called with no transaction open. It is free, so no money is held; policy still decides on it, and each
call is recorded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from reos.connectors.census_geocoder.client import question_hash
from reos.connectors.contract import Connector, LookupRequest, LookupResult
from reos.connectors.landing import record_calls
from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection, tenant_transaction
from reos.pipeline.enrich_fetch import Sources
from reos.pipeline.enrich_permit import refusal
from reos.pipeline.enrich_points import load_points
from reos.pipeline.geocode_answers import Answer, add_answers, load_plans
from reos.pipeline.work_queue import ENRICHMENT, GEOCODING
from reos.property.geocode_landing import add_stated, land
from reos.property.geocode_local import look_up, open_batch


@dataclass
class GeocodeReport:
    """What a run did. `points` may be used, `flagged` are kept but not used, `failed` properties stay queued."""

    events_claimed: int = 0
    properties: int = 0
    points: int = 0
    flagged: int = 0
    raw_rows: int = 0
    asked: int = 0
    calls: int = 0
    failed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    busy_tenants: list[UUID] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class Run:
    """What all batches of a run share."""

    conn: Connection
    sources: Sources
    clock: Clock
    logical_date: date
    report: GeocodeReport
    force: bool = False
    make_id: NewId = new_id
    refusals: dict[UUID, str | None] = field(default_factory=dict)

    def geocode(self, tenant_id: UUID, property_ids: Sequence[UUID], queued_up_to: int | None = None) -> None:
        """Geocode one batch; on success its rows up to `queued_up_to` leave the queue, what failed stays in it."""
        (connector,) = self.sources.connectors.values()
        with tenant_transaction(self.conn, tenant_id):
            params = self._params(tenant_id)
            placed = load_points(self.conn, tenant_id, property_ids).keys()
            self.report.properties += open_batch(self.conn, tenant_id, property_ids)
            add_stated(self.conn, params)
            look_up(self.conn, params)
            self._land(params)
            requests = self._requests(params, connector)
        result = LookupResult()
        if requests and self._permitted(tenant_id, connector, len(requests)):
            result = self.sources.fetch(connector.spec.source, requests)
            self.report.asked += len(requests)
        with tenant_transaction(self.conn, tenant_id):
            self._take(tenant_id, connector, requests, result)
            self._announce(tenant_id, load_points(self.conn, tenant_id, property_ids).keys() - placed)
            self._settle(tenant_id, property_ids, result.failed, queued_up_to)

    def _params(self, tenant_id: UUID) -> dict[str, Any]:
        return {"tenant_id": tenant_id, "at": self.clock.now(), "day": self.logical_date}

    def _land(self, params: dict[str, Any]) -> None:
        landed = land(self.conn, params)
        self.report.raw_rows += landed.rows
        self.report.points += landed.points
        self.report.flagged += landed.flagged

    def _requests(self, params: dict[str, Any], connector: Connector) -> list[LookupRequest]:
        """Return whom to ask about; answers about an address that has changed since are withdrawn on the way."""
        requests, outdated = [], []
        for plan in load_plans(self.conn, params):
            asked_before = plan.request_hash == question_hash(plan.request)
            if plan.has_point and not asked_before:
                outdated.append(Answer(plan.request.property_id, reason="The address has changed since."))
            if plan.is_located:
                continue
            reason = connector.refusal(plan.request)
            if reason:
                self._skip(connector, reason, 1)
            elif self.force or not (asked_before and plan.is_fresh(connector.spec, self.clock.now())):
                requests.append(plan.request)
        add_answers(self.conn, outdated, params["at"])
        self._land(params)
        return requests

    def _permitted(self, tenant_id: UUID, connector: Connector, wanted: int) -> bool:
        """Ask policy once a run and tenant; a geocoder that the price book puts a price on is left alone."""
        spec = connector.spec
        if tenant_id not in self.refusals:
            with tenant_transaction(self.conn, tenant_id):
                reason = refusal(self.conn, tenant_id, spec, self.clock, self.make_id, service="geocoding")
            self.refusals[tenant_id] = "not_free" if spec.price(self.clock.now().date()) else reason
        reason = self.refusals[tenant_id]
        if reason:
            self._skip(connector, reason, wanted)
        return reason is None

    def _take(
        self, tenant_id: UUID, connector: Connector, requests: Sequence[LookupRequest], result: LookupResult
    ) -> None:
        record_calls(self.conn, tenant_id, result.calls, new_id=self.make_id)
        self.report.calls += len(result.calls)
        if result.records or result.not_found:
            params = self._params(tenant_id)
            open_batch(self.conn, tenant_id, [request.property_id for request in requests])
            answers = Answer.of(result, {request.property_id: request for request in requests})
            add_answers(self.conn, answers, params["at"], connector.spec.licence)
            self._land(params)

    def _settle(
        self, tenant_id: UUID, property_ids: Iterable[UUID], failed: Mapping[UUID, object], queued_up_to: int | None
    ) -> None:
        self.report.failed += len(failed)
        if queued_up_to is None:
            GEOCODING.add(self.conn, ((tenant_id, property_id) for property_id in sorted(failed)))
        else:
            settled = [property_id for property_id in property_ids if property_id not in failed]
            GEOCODING.done(self.conn, tenant_id, settled, queued_up_to)

    def _announce(self, tenant_id: UUID, placed: Iterable[UUID]) -> None:
        """Queue for enrichment what has a point for the first time: sources that are asked by point wait for it."""
        ENRICHMENT.add(self.conn, ((tenant_id, property_id) for property_id in sorted(placed)))

    def _skip(self, connector: Connector, reason: str, count: int) -> None:
        name = f"{connector.spec.source}: {reason}"
        self.report.skipped[name] = self.report.skipped.get(name, 0) + count
