"""Memos of the properties worth one: those whose announced score reaches their tenant's threshold, best first.

What is wanted follows from the state (`memo_ledger`), not from the batch of events that woke the run: a crash loses
nothing, and a tenant's daily limit always goes to its best properties. Rendering happens outside any transaction;
then one transaction adds the memo, moves the stage forward and tells it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from psycopg import IsolationLevel

from reos.core import metrics
from reos.core.clock import Clock
from reos.core.errors import ReosError, UnavailableError
from reos.core.ids import new_id
from reos.core.logging import get_logger
from reos.core.settings import Settings
from reos.db import tenant_transaction, transaction
from reos.db.connection import Connection
from reos.events import Subject, claim_batch, wake
from reos.memos import document, source, store
from reos.memos.renderer import LayoutEngine, Renderer
from reos.pipeline import memo_ledger, memo_requests, memo_sources
from reos.pipeline.memo_ledger import Cause, RenderedMemo, WantedMemo

_EVENTS_A_CLAIM = 2_000
_REQUESTS_A_CLAIM = 50

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MemoReport:
    """What a run did: score events taken note of, requests of people answered, memos rendered and memos that failed."""

    events: int = 0
    requests: int = 0
    rendered: int = 0
    failed: int = 0
    seconds: float = 0.0


def render_pending(
    conn: Connection,
    *,
    settings: Settings,
    clock: Clock,
    limit: int = 50,
    engine: LayoutEngine | None = None,
) -> MemoReport:
    """Render the memos that people asked for, then every one that is wanted now, `limit` a tenant at a time.

    `conn` is a connection of `reos_pipeline`; `engine` is a layout process of its own unless given. A property whose
    memo fails is noted as a dead letter and tried again by later runs, three times in all for one score; the others go
    on. Raises `UnavailableError` when memos cannot be stored.
    """
    started = time.monotonic()
    redis_url = settings.optional("redis_url")
    with transaction(conn):
        if not memo_ledger.is_possible(conn):
            return MemoReport()
    events = rendered = 0
    failed: list[UUID] = []
    with _running(engine) as renderer:
        requests = _answer_requests(conn, renderer, settings, clock)
        while True:
            events += _take_note(conn)
            with transaction(conn):
                wanted = memo_ledger.wanted(conn, clock.now(), limit, failed)
            if not wanted:
                break
            for each in wanted:
                done = _attempt(conn, renderer, each, settings, clock)
                rendered += done
                failed += [] if done else [each.property_id]
            wake(redis_url, [Subject.DOCGEN_GENERATED])
    if requests:
        wake(redis_url, [Subject.DOCGEN_GENERATED])
    seconds = time.monotonic() - started
    metrics.observe("reos_stage_seconds", seconds, stage="memos")
    return MemoReport(events, requests, rendered, len(failed), seconds)


def render_memo(
    conn: Connection,
    tenant_id: UUID,
    property_id: UUID,
    *,
    settings: Settings,
    clock: Clock,
    cause: Cause | None = None,
    engine: LayoutEngine | None = None,
) -> RenderedMemo:
    """Render the memo of one property on request, whatever its score; one that exists is returned as it is.

    `conn` may be of `reos_app` or `reos_pipeline`. Raises `NotFoundError` for a property without a score,
    `MemoRenderError` when it cannot be laid out and `UnavailableError` when it cannot be stored.
    """
    with _running(engine) as renderer:
        return _render(conn, renderer, tenant_id, property_id, cause or Cause(new_id()), settings, clock)


@contextmanager
def _running(engine: LayoutEngine | None) -> Iterator[LayoutEngine]:
    if engine is not None:
        yield engine
        return
    with Renderer() as own:
        yield own


def _take_note(conn: Connection) -> int:
    """Move the consumer's cursor over the score events of now, and return how many there were."""
    noted = 0
    while True:
        with claim_batch(conn, memo_ledger.CONSUMER, [Subject.SCORING_CALCULATED], _EVENTS_A_CLAIM) as events:
            noted += len(events)
        if len(events) < _EVENTS_A_CLAIM:
            return noted


def _answer_requests(conn: Connection, renderer: LayoutEngine, settings: Settings, clock: Clock) -> int:
    """Render what people asked for, whatever the score and the day's limit; each ends with a memo or a reason."""
    answered = 0
    while True:
        with transaction(conn):
            asked = memo_requests.unfulfilled(conn, _REQUESTS_A_CLAIM)
        for request in asked:
            memo, reason = None, None
            try:
                memo = _render(conn, renderer, request.tenant_id, request.property_id, request.cause, settings, clock)
            except UnavailableError:
                raise
            except ReosError as error:
                reason = str(error)
            with tenant_transaction(conn, request.tenant_id):
                memo_id = memo.memo_id if memo else None
                memo_requests.close(conn, request, clock.now(), memo_id=memo_id, error=reason)
        answered += len(asked)
        if len(asked) < _REQUESTS_A_CLAIM:
            return answered


def _attempt(conn: Connection, renderer: LayoutEngine, memo: WantedMemo, settings: Settings, clock: Clock) -> bool:
    """Render a wanted memo; false, and a dead letter, when it cannot be."""
    try:
        _render(conn, renderer, memo.tenant_id, memo.property_id, memo.cause, settings, clock)
    except UnavailableError:  # the disk or the database, not this memo: the next run will do
        raise
    except ReosError as error:
        _log.warning("memos.not_rendered", property_id=str(memo.property_id), error=str(error))
        with tenant_transaction(conn, memo.tenant_id):
            memo_ledger.note_failure(conn, memo, str(error))
        return False
    return True


def _render(
    conn: Connection,
    renderer: LayoutEngine,
    tenant_id: UUID,
    property_id: UUID,
    cause: Cause,
    settings: Settings,
    clock: Clock,
) -> RenderedMemo:
    with _snapshot(conn, tenant_id):
        record = source.read(conn, tenant_id, property_id)
        known = memo_ledger.find(conn, tenant_id, property_id, record.score.inputs_hash)
        if known:
            return known
        record = memo_sources.admitted(conn, tenant_id, record, clock)
    made = document.render(renderer, record)
    stored = store.save(settings.memo_dir, tenant_id, made.content)
    memo = RenderedMemo(
        memo_id=new_id(),
        property_id=property_id,
        score_version=record.score.score_version,
        inputs_hash=record.score.inputs_hash,
        sha256=stored.sha256.hex(),
        storage_key=stored.key,
        byte_size=len(made.content),
        page_count=made.pages,
        created=True,
    )
    with tenant_transaction(conn, tenant_id):
        if memo_ledger.add(conn, tenant_id, memo, cause, clock.now()):
            return memo
        other = memo_ledger.find(conn, tenant_id, property_id, memo.inputs_hash)  # another worker was faster
    return other or replace(memo, created=False)


@contextmanager
def _snapshot(conn: Connection, tenant_id: UUID) -> Iterator[None]:
    """Read rows of a single moment: the warehouse may publish between two statements."""
    before = conn.isolation_level
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with tenant_transaction(conn, tenant_id):
            yield
    finally:
        conn.isolation_level = before
