"""Use-case: tell people that a stage has failed for good, on every tenant's timeline, since a stage serves all of them.

The event says which stage and which kind of error, never the error's text, which may quote a tenant's row: that is in
the log. The same failure is told once an hour; a stage that is swept each minute would else fill the timelines.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection, transaction
from reos.events import EventType, NewEvent, Subject, append, wake

QUIET = timedelta(hours=1)
KIND = "stage_failed"

# The newest timeline events only: whatever is older than these was told long ago.
_TO_TELL = """
select t.tenant_id from app.tenant t
 where not exists (
    select from (select * from app.event_log where subject = %(subject)s order by seq desc limit 1000) e
     where e.tenant_id = t.tenant_id and e.occurred_at > %(since)s
       and e.payload @> jsonb_build_object('kind', %(kind)s::text, 'stage', %(stage)s::text, 'task', %(task)s::text)
 )
 order by t.tenant_id
"""


@dataclass(frozen=True)
class StageFailure:
    """What failed: the stage (its DAG) and task, in which run, and the code or class of the error."""

    stage: str
    task: str
    run: str
    error: str


def tell_failure(
    conn: Connection, failure: StageFailure, *, clock: Clock, redis_url: str | None = None, new_id: NewId = new_id
) -> int:
    """Append `timeline.updated` for each tenant that has not heard of it within the hour; return how many.

    `conn` is a connection of `reos_pipeline` without a tenant.
    """
    asked = {"subject": Subject.TIMELINE_UPDATED.value, "kind": KIND, "since": clock.now() - QUIET}
    with transaction(conn):
        rows = conn.execute(_TO_TELL, {**asked, "stage": failure.stage, "task": failure.task}).fetchall()
        correlation_id = new_id()
        append(conn, [_event(row["tenant_id"], failure, correlation_id) for row in rows], new_id=new_id)
    if rows:
        wake(redis_url, [Subject.TIMELINE_UPDATED])
    return len(rows)


def _event(tenant_id: UUID, failure: StageFailure, correlation_id: UUID) -> NewEvent:
    payload = {"kind": KIND, "stage": failure.stage, "task": failure.task, "run": failure.run, "error": failure.error}
    return NewEvent(EventType.TIMELINE_UPDATED, tenant_id, None, payload, correlation_id, source="airflow")
