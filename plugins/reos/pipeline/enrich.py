"""Use-case: fill in what sources know about properties, under the tenant's budget.

`enrich_pending` works off what discovery announced; `enrich` does chosen properties again (reruns, backfills). Both may
be run twice, or killed, at any point: answers are landed idempotently, fresh ones are not asked for again, and a
property leaves the queue only together with the event that tells its outcome.

A source that is down: its properties get `property.enrichment_failed` once, stay queued, and are tried again by the
next sweep; nothing needs to be cleared by hand. After a mapping was corrected, the same holds.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

from reos.connectors.egress import Egress
from reos.core.clock import Clock
from reos.core.errors import ConflictError, ReosError
from reos.core.logging import get_logger
from reos.core.settings import Settings
from reos.db.connection import Connection, transaction
from reos.events import Subject, wake
from reos.pipeline import enrich_queue
from reos.pipeline.enrich_batch import EnrichReport, Run
from reos.pipeline.enrich_fetch import Sources
from reos.policy import budgets

__all__ = ["EnrichReport", "EnrichmentIncompleteError", "enrich", "enrich_pending"]

log = get_logger(__name__)

_BATCH = 500
_ABANDONED = timedelta(minutes=30)  # a group of lookups takes three minutes when every one of them times out
_LOCK = "select pg_try_advisory_lock(hashtextextended(%s, 0)) as got"
_UNLOCK = "select pg_advisory_unlock(hashtextextended(%s, 0))"


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
    while claimed := enrich_queue.claim(conn, limit):
        report.events_claimed += claimed
    queued = enrich_queue.waiting(conn)
    if queued:
        with Sources(settings, clock, egress) as sources:
            run = Run(conn, sources, clock, clock.now().date(), report)
            broken = _work_off(run, queued, limit, max_batches, redis_url)
        if broken:
            raise EnrichmentIncompleteError(
                f"Enrichment broke off for {len(broken)} of {len(queued)} tenants: {'; '.join(broken)}.",
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

    Fresh answers are kept unless `force` asks for all again (which a paid source bills again, within the budget). What
    fails is queued for the next sweep. Raises `ConflictError` while another run works on this tenant.
    """
    started = time.monotonic()
    report = EnrichReport()
    with Sources(settings, clock, egress) as sources, _exclusive(conn, tenant_id) as got:
        if not got:
            raise ConflictError("Another run is enriching this tenant's properties.", remedy="Try again in a minute.")
        run = Run(conn, sources, clock, logical_date, report, force=force)
        ids = list(dict.fromkeys(property_ids))
        for start in range(0, len(ids), _BATCH):
            run.enrich(tenant_id, ids[start : start + _BATCH])
    wake(settings.redis_url.get_secret_value() if settings.redis_url else None, [Subject.ENRICHMENT_FEATURES])
    report.seconds = time.monotonic() - started
    return report


def _work_off(
    run: Run, queued: dict[UUID, int], limit: int, max_batches: int | None, redis_url: str | None
) -> list[str]:
    """Work the queue off, one tenant after the other; return what broke."""
    broken = []
    budget = max_batches
    for tenant_id, last in queued.items():
        try:
            with _exclusive(run.conn, tenant_id) as got:
                if not got:
                    run.report.busy_tenants.append(tenant_id)
                    continue
                budget = _work_off_tenant(run, tenant_id, last, limit, budget, redis_url)
        except Exception as error:
            # The isolation between tenants: whatever breaks one, the others go on. It is raised at the end.
            log.exception("enrichment_broke", tenant_id=str(tenant_id))
            broken.append(f"{tenant_id} ({type(error).__name__}: {error})")
            if run.conn.closed:
                break
    return broken


def _work_off_tenant(
    run: Run, tenant_id: UUID, last: int, limit: int, budget: int | None, redis_url: str | None
) -> int | None:
    after = 0
    while budget is None or budget > 0:
        with transaction(run.conn):
            chunk = enrich_queue.next_chunk(run.conn, tenant_id, after, last, limit)
        if chunk is None:
            break
        run.enrich(tenant_id, chunk.property_ids, queued_up_to=chunk.last)
        wake(redis_url, [Subject.ENRICHMENT_FEATURES])
        after = chunk.last
        budget = None if budget is None else budget - 1
    return budget


@contextmanager
def _exclusive(conn: Connection, tenant_id: UUID) -> Iterator[bool]:
    """Hold the tenant's enrichment lock during the block if it is free; it ends with the connection at the latest.

    Two runs at once (a retried task whose first process lives on) would buy the same records twice.
    """
    name = f"reos.enrichment:{tenant_id}"
    with transaction(conn):
        row = conn.execute(_LOCK, (name,)).fetchone()
    got = bool(row and row["got"])
    try:
        yield got
    finally:
        if got and not conn.closed:
            with transaction(conn):
                conn.execute(_UNLOCK, (name,))
