"""Enrichment's work queue: rows of `app.dirty_property` with the model `enrichment`.

Intake events become rows in the transaction that moves the consumer's cursor; a row goes away in the transaction that
tells the outcome. So a crash anywhere in between loses nothing, and a property that failed waits for the next sweep.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from reos.db.connection import Connection, transaction
from reos.events import EventType, Subject, claim_batch

CONSUMER = "enrichment"
MODEL = "enrichment"

_STARTERS = frozenset({EventType.PROPERTY_DISCOVERED, EventType.PROPERTY_UPDATED})

_ADD = """
insert into app.dirty_property (model, tenant_id, property_id)
select %s, tenant_id, property_id from unnest(%s::uuid[], %s::uuid[]) as new (tenant_id, property_id)
"""
_TENANTS = """
select tenant_id, max(dirty_id) as last from app.dirty_property where model = %s group by tenant_id order by tenant_id
"""
_NEXT = """
select dirty_id, property_id from app.dirty_property
 where model = %s and tenant_id = %s and dirty_id > %s and dirty_id <= %s
 order by dirty_id limit %s
"""
_DONE = """
delete from app.dirty_property where model = %s and tenant_id = %s and property_id = any (%s) and dirty_id <= %s
"""


@dataclass(frozen=True)
class Chunk:
    """The next properties of a tenant, each once, and the last queue row that they came from."""

    property_ids: tuple[UUID, ...]
    last: int


def claim(conn: Connection, limit: int) -> int:
    """Turn the next `limit` intake events into queue rows; return how many events there were."""
    with claim_batch(conn, CONSUMER, [Subject.DISCOVERY_INTAKE], limit) as events:
        keys = {
            (event.tenant_id, event.property_id): None
            for event in events
            if event.event_type in _STARTERS and event.property_id
        }
        add(conn, ((tenant, each) for tenant, each in keys if each))
    return len(events)


def add(conn: Connection, keys: Iterable[tuple[UUID, UUID]]) -> None:
    """Queue (tenant, property) pairs in the open transaction."""
    pairs = list(keys)
    if pairs:
        tenants, properties = zip(*pairs, strict=True)
        conn.execute(_ADD, (MODEL, list(tenants), list(properties)))


def waiting(conn: Connection) -> dict[UUID, int]:
    """Return the tenants with queued properties, each with its last queue row: what comes later is another run's."""
    with transaction(conn):
        return {row["tenant_id"]: row["last"] for row in conn.execute(_TENANTS, (MODEL,))}


def next_chunk(conn: Connection, tenant_id: UUID, after: int, last: int, limit: int) -> Chunk | None:
    """Return the tenant's next properties behind the queue row `after`, in the open transaction; None at the end."""
    rows = conn.execute(_NEXT, (MODEL, tenant_id, after, last, limit)).fetchall()
    if not rows:
        return None
    return Chunk(tuple(dict.fromkeys(row["property_id"] for row in rows)), rows[-1]["dirty_id"])


def done(conn: Connection, tenant_id: UUID, property_ids: Iterable[UUID], last: int) -> None:
    """Take properties off the queue in the open transaction, up to the row `last`: news that came since stays."""
    conn.execute(_DONE, (MODEL, tenant_id, list(property_ids), last))
