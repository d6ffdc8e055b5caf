"""Work queues of stages that follow the event log: rows of `app.dirty_property` under the stage's name.

Intake events become rows in the transaction that moves the stage's cursor; a row goes away in the transaction that
tells the outcome. So a crash anywhere in between loses nothing, and a property that failed waits for the next sweep.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from reos.core.logging import get_logger
from reos.db.connection import Connection, transaction
from reos.events import EventType, Subject, claim_batch

log = get_logger(__name__)

# Also told under a property that has news: the survivor of a merge, and the one that is released again.
_STARTERS = frozenset(
    {
        EventType.PROPERTY_DISCOVERED,
        EventType.PROPERTY_UPDATED,
        EventType.PROPERTY_MERGED,
        EventType.PROPERTY_UNMERGED,
    }
)

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
_LOCK = "select pg_try_advisory_lock(hashtextextended(%s, 0)) as got"
_UNLOCK = "select pg_advisory_unlock(hashtextextended(%s, 0))"


@dataclass(frozen=True)
class Chunk:
    """The next properties of a tenant, each once, and the last queue row that they came from."""

    property_ids: tuple[UUID, ...]
    last: int


@dataclass
class WorkedOff:
    """How a run ended: `broken` says which tenants broke off and why, `busy` are those that another run works on."""

    tenants: int = 0
    broken: list[str] = field(default_factory=list)
    busy: list[UUID] = field(default_factory=list)


@dataclass(frozen=True)
class WorkQueue:
    """The queue of one stage; `stage` is its cursor's and its rows' name."""

    stage: str

    def claim(self, conn: Connection, limit: int) -> int:
        """Turn the next `limit` intake events into queue rows; return how many events there were."""
        with claim_batch(conn, self.stage, [Subject.DISCOVERY_INTAKE], limit) as events:
            keys = {
                (event.tenant_id, event.property_id): None
                for event in events
                if event.event_type in _STARTERS and event.property_id
            }
            self.add(conn, ((tenant, each) for tenant, each in keys if each))
        return len(events)

    def add(self, conn: Connection, keys: Iterable[tuple[UUID, UUID]]) -> None:
        """Queue (tenant, property) pairs in the open transaction."""
        pairs = list(keys)
        if pairs:
            tenants, properties = zip(*pairs, strict=True)
            conn.execute(_ADD, (self.stage, list(tenants), list(properties)))

    def waiting(self, conn: Connection) -> dict[UUID, int]:
        """Return the tenants with queued properties, each with its last queue row: later ones are another run's."""
        with transaction(conn):
            return {row["tenant_id"]: row["last"] for row in conn.execute(_TENANTS, (self.stage,))}

    def next_chunk(self, conn: Connection, tenant_id: UUID, after: int, last: int, limit: int) -> Chunk | None:
        """Return the tenant's next properties behind queue row `after`, in the open transaction; None at the end."""
        rows = conn.execute(_NEXT, (self.stage, tenant_id, after, last, limit)).fetchall()
        if not rows:
            return None
        return Chunk(tuple(dict.fromkeys(row["property_id"] for row in rows)), rows[-1]["dirty_id"])

    def done(self, conn: Connection, tenant_id: UUID, property_ids: Iterable[UUID], last: int) -> None:
        """Take properties off the queue in the open transaction, up to the row `last`: news that came since stays."""
        conn.execute(_DONE, (self.stage, tenant_id, list(property_ids), last))

    @contextmanager
    def exclusive(self, conn: Connection, tenant_id: UUID) -> Iterator[bool]:
        """Hold the tenant's lock of this stage during the block if it is free; it ends with the connection at last.

        Two runs at once (a retried task whose first process lives on) would ask, and buy, the same records twice.
        """
        name = f"reos.{self.stage}:{tenant_id}"
        with transaction(conn):
            row = conn.execute(_LOCK, (name,)).fetchone()
        got = bool(row and row["got"])
        try:
            yield got
        finally:
            if got and not conn.closed:
                with transaction(conn):
                    conn.execute(_UNLOCK, (name,))

    def work_off(
        self, conn: Connection, limit: int, max_batches: int | None, work: Callable[[UUID, Chunk], None]
    ) -> WorkedOff:
        """Give `work` what is queued now, `limit` properties at a time, one tenant after the other.

        It is called with no transaction open. With `max_batches` the rest waits for the next run.
        """
        queued = self.waiting(conn)
        outcome = WorkedOff(tenants=len(queued))
        for tenant_id, last in queued.items():
            try:
                with self.exclusive(conn, tenant_id) as got:
                    if not got:
                        outcome.busy.append(tenant_id)
                        continue
                    max_batches = self._work_off_tenant(conn, tenant_id, last, limit, max_batches, work)
            except Exception as error:
                # The isolation between tenants: whatever breaks one, the others go on. It is told at the end.
                log.exception("stage_broke", stage=self.stage, tenant_id=str(tenant_id))
                outcome.broken.append(f"{tenant_id} ({type(error).__name__}: {error})")
                if conn.closed:
                    break
        return outcome

    def _work_off_tenant(
        self,
        conn: Connection,
        tenant_id: UUID,
        last: int,
        limit: int,
        budget: int | None,
        work: Callable[[UUID, Chunk], None],
    ) -> int | None:
        after = 0
        while budget is None or budget > 0:
            with transaction(conn):
                chunk = self.next_chunk(conn, tenant_id, after, last, limit)
            if chunk is None:
                break
            work(tenant_id, chunk)
            after = chunk.last
            budget = None if budget is None else budget - 1
        return budget


ENRICHMENT = WorkQueue("enrichment")
GEOCODING = WorkQueue("geocoding")
