"""The append-only log, which is also the outbox: written in the transaction of the change that it tells."""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql

from reos.core.errors import UnavailableError
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection
from reos.events.catalogue import PRODUCER_OF, Subject
from reos.events.envelope import SCHEMA_VERSION, Event, NewEvent

COLUMNS = sql.SQL(
    "seq, event_id, subject, event_type, tenant_id, property_id, correlation_id, causation_id, occurred_at, payload, "
    "metadata, schema_version"
)
_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.05  # lets the writers through that queued behind the reader's attempt

# One JSON document carries all rows: arrays of JSON text would be escaped value by value, which is six times slower.
# The order of the sub-select is the order in which sequence numbers are drawn.
_APPEND = sql.SQL("""
insert into app.event_log (event_id, subject, producer, event_type, tenant_id, property_id, correlation_id,
                           causation_id, payload, metadata, schema_version)
select event_id, subject, producer, event_type, tenant_id, property_id, correlation_id, causation_id,
       payload, metadata, {version}
  from rows from (jsonb_to_recordset(%s::jsonb) as (
         event_id uuid, subject text, producer text, event_type text, tenant_id uuid, property_id uuid,
         correlation_id uuid, causation_id uuid, payload jsonb, metadata jsonb)) with ordinality
       as n (event_id, subject, producer, event_type, tenant_id, property_id, correlation_id, causation_id,
             payload, metadata, position)
 order by position
returning event_id, seq, occurred_at
""").format(version=SCHEMA_VERSION)

_READ = sql.SQL("select {} from app.event_log where seq > %s and seq <= %s").format(COLUMNS)


def append(conn: Connection, events: Sequence[NewEvent], *, new_id: NewId = new_id) -> list[Event]:
    """Write `events` in one statement and return them as stored, in the same order.

    Call it as the last statement of the transaction whose change it tells: from here to the commit, readers of the
    log wait. Raises psycopg's `ForeignKeyViolation` for a tenant that does not exist and `InsufficientPrivilege` for
    one that is not the transaction's.
    """
    if not events:
        return []
    document = json.dumps([_row(event, new_id()) for event in events], default=_plain, allow_nan=False)
    stored = {row["event_id"]: row for row in conn.execute(_APPEND, (document,))}
    return [
        _as_stored(event, row["payload"], stored[UUID(row["event_id"])])
        for event, row in zip(events, json.loads(document), strict=True)
    ]


def safe_head(conn: Connection, *, patience: float = _PATIENCE_SECONDS) -> int:
    """Return a sequence number up to which everything has committed or aborted (the barrier), so nothing can appear.

    Waits up to `patience` seconds for writers that linger, then raises `UnavailableError`. The caller's transaction
    must be READ COMMITTED (the default): an older snapshot would not show what the barrier waited for.
    """
    deadline = time.monotonic() + patience
    while True:
        row = conn.execute("select app.event_head() as head").fetchone()
        if row is not None and row["head"] is not None:
            return int(row["head"])
        if time.monotonic() > deadline:
            raise UnavailableError(
                f"A transaction has held the event log open for {patience:g} s.",
                remedy="Find it in pg_stat_activity (state `idle in transaction`) and end it.",
            )
        time.sleep(_PAUSE_SECONDS)


def read_after(
    conn: Connection,
    *,
    after_seq: int,
    tenant_id: UUID | None,
    property_id: UUID | None,
    subjects: Sequence[Subject] | None = None,
    limit: int = 500,
) -> list[Event]:
    """Return up to `limit` events with `seq > after_seq` in order, none of which a later call could find missing.

    None for `tenant_id`, `property_id` or `subjects` means all that the role may see.
    """
    head = safe_head(conn)
    return read_range(
        conn, after_seq, head, tenant_id=tenant_id, property_id=property_id, subjects=subjects, limit=limit
    )


def read_range(
    conn: Connection,
    after_seq: int,
    head: int,
    *,
    tenant_id: UUID | None = None,
    property_id: UUID | None = None,
    subjects: Sequence[Subject] | None = None,
    limit: int,
) -> list[Event]:
    """Return up to `limit` events with `after_seq < seq <= head`; `head` has to come from `safe_head`."""
    filters: dict[LiteralString, object] = {
        "tenant_id = %s": tenant_id,
        "property_id = %s": property_id,
        "subject = any (%s)": None if subjects is None else [subject.value for subject in subjects],
    }
    given = {condition: value for condition, value in filters.items() if value is not None}
    query = sql.SQL(" and ").join([_READ, *map(sql.SQL, given)]) + sql.SQL(" order by seq limit %s")
    rows = conn.execute(query, [after_seq, head, *given.values(), limit]).fetchall()
    return [Event.from_row(row) for row in rows]


def _row(event: NewEvent, event_id: UUID) -> dict[str, object]:
    return {
        "event_id": event_id,
        "subject": event.subject,
        "producer": PRODUCER_OF[event.subject],
        "event_type": event.event_type,
        "tenant_id": event.tenant_id,
        "property_id": event.property_id,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "payload": event.stored_payload(),
        "metadata": event.stored_metadata(),
    }


def _as_stored(event: NewEvent, payload: Mapping[str, Any], row: Mapping[str, Any]) -> Event:
    return Event(
        seq=row["seq"],
        event_id=row["event_id"],
        subject=event.subject,
        event_type=event.event_type,
        tenant_id=event.tenant_id,
        property_id=event.property_id,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        occurred_at=row["occurred_at"],
        payload=payload,
        metadata=event.stored_metadata(),
    )


def _plain(value: object) -> str:
    if isinstance(value, UUID | date):
        return str(value) if isinstance(value, UUID) else value.isoformat()
    raise TypeError(f"An event cannot carry {type(value).__name__} ({value!r}).")
