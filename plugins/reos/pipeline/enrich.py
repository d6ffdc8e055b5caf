"""Use-case: fill in what sources know about properties, under the tenant's budget.

`enrich_pending` works off what discovery announced; `enrich` does chosen properties again (reruns, backfills). Both may
be run twice, or killed, at any point: answers are landed idempotently, fresh ones are not asked for again, and a
property leaves the queue only together with the event that tells its outcome.

A source that is down: its properties get `property.enrichment_failed` once, stay queued, and are tried again by the
next sweep; nothing needs to be cleared by hand. After a mapping was corrected, the same holds.
"""

import time
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from reos.connectors import registry
from reos.connectors.egress import Egress
from reos.connectors.health_store import save_breakers
from reos.core.clock import Clock
from reos.core.errors import ConflictError, ReosError
from reos.core.settings import Settings
from reos.db.connection import Connection, transaction
from reos.events import Subject, wake
from reos.pipeline.enrich_batch import enrich_batch
from reos.pipeline.enrich_run import EnrichReport, Run
from reos.pipeline.enrich_sources import open_sources, tell_configured
from reos.pipeline.enrich_waiting import recall
from reos.pipeline.work_queue import ENRICHMENT, Chunk
from reos.policy import budgets

__all__ = ["EnrichReport", "EnrichmentIncompleteError", "enrich", "enrich_pending"]

_BATCH = 500
_ABANDONED = timedelta(minutes=30)  # a group of lookups takes three minutes when every one of them times out


class EnrichmentIncompleteError(ReosError):
    """Some tenants' batches failed for a reason of ours; the other tenants' are done. Run it again."""

    code = "enrichment_incomplete"


def enrich_pending(
    conn: Connection,
    *,
    settings: Settings,
    clock: Clock,
    limit: int = 500,
    max_batches: int | None = None,
    redis_url: str | None = None,
    egress: Egress | None = None,
) -> EnrichReport:
    """Enrich everything that is queued, `limit` properties a batch, the tenants in turn, and report what was done.

    `conn` is an idle connection of `reos_pipeline`. With `max_batches` the rest waits for the next run. Raises
    `EnrichmentIncompleteError` at the end when a tenant's batch broke; what was refused by a provider or by a budget
    is no error and is told in events.
    """
    started = time.monotonic()
    report = EnrichReport()
    with transaction(conn):
        report.holds_reaped = len(budgets.reap_holds(conn, _ABANDONED, at=clock.now()))
    report.recalled = recall(conn, at=clock.now())
    while claimed := ENRICHMENT.claim(conn, limit):
        report.events_claimed += claimed
    with open_sources(conn, settings, clock, egress, registry.connectors, redis_url) as sources:
        tell_configured(conn, settings, sources, clock)
        run = Run(conn, sources, clock, clock.now().date(), report)

        def work(tenant_id: UUID, chunk: Chunk) -> None:
            enrich_batch(run, tenant_id, chunk.property_ids, queued_up_to=chunk.last)
            save_breakers(conn, sources.breakers, redis_url=redis_url)
            wake(redis_url, [Subject.ENRICHMENT_FEATURES])

        outcome = ENRICHMENT.work_off(conn, limit, max_batches, work)
    report.busy_tenants = outcome.busy
    if outcome.broken:
        told = "; ".join(outcome.broken)
        raise EnrichmentIncompleteError(
            f"Enrichment broke off for {len(outcome.broken)} of {outcome.tenants} tenants: {told}.",
            remedy="Nothing is lost: correct the cause and run it again.",
            report=report,
        )
    report.seconds = time.monotonic() - started
    return report


def enrich(
    conn: Connection,
    tenant_id: UUID,
    property_ids: Sequence[UUID],
    *,
    settings: Settings,
    clock: Clock,
    logical_date: date,
    force: bool = False,
    egress: Egress | None = None,
) -> EnrichReport:
    """Enrich chosen properties now and land the answers under `logical_date`, replacing those of that date.

    Fresh answers are kept unless `force` asks again as if nothing had been asked before (which a paid source bills
    again, within the budget). What fails is queued for the next sweep. Raises `ConflictError` while another run works
    on this tenant.
    """
    started = time.monotonic()
    report = EnrichReport()
    redis_url = settings.optional("redis_url")
    with (
        open_sources(conn, settings, clock, egress, registry.connectors, redis_url) as sources,
        ENRICHMENT.exclusive(conn, tenant_id) as got,
    ):
        if not got:
            raise ConflictError("Another run is enriching this tenant's properties.", remedy="Try again in a minute.")
        run = Run(conn, sources, clock, logical_date, report, force=force)
        ids = list(dict.fromkeys(property_ids))
        for start in range(0, len(ids), _BATCH):
            enrich_batch(run, tenant_id, ids[start : start + _BATCH])
    wake(redis_url, [Subject.ENRICHMENT_FEATURES])
    report.seconds = time.monotonic() - started
    return report
