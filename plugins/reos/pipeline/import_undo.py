"""Take an import back: what it created and nobody has used since, what it said, and the gaps that it filled.

A property that the batch created is deleted softly, so that the same file can bring it back; its records are removed,
or what they replaced is put back. A chunk of properties is one transaction with its events, and the batch remembers how
far it is. What cannot be undone is kept and named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from reos.core.clock import Clock
from reos.core.errors import ConflictError
from reos.core.ids import NewId, new_id
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.pipeline import import_batch, import_discard
from reos.pipeline import import_undo_sql as statements
from reos.pipeline.import_batch import Batch, Status
from reos.pipeline.import_faults import failing_clearly
from reos.pipeline.import_progress import Progress, silent
from reos.property import bulk, candidates

CHUNK_PROPERTIES = 1000
_LISTED = 1000


@dataclass(frozen=True)
class Kept:
    """Something that was not undone: of which property, what the import had done (`created`, `filled`, …), and why."""

    property_id: UUID
    what: str
    reason: str


@dataclass(frozen=True)
class Undone:
    """What an undo did. `records_restored` are those that the import had replaced; `kept` lists the first 1,000."""

    batch: Batch
    properties_removed: int
    records_removed: int
    records_restored: int
    fields_reverted: int
    events: int
    kept: list[Kept]
    kept_count: int


def undo(
    conn: Connection,
    tenant_id: UUID,
    batch_id: UUID,
    *,
    clock: Clock,
    new_id: NewId = new_id,
    user_id: UUID | None = None,
    progress: Progress | None = None,
) -> Undone:
    """Undo a batch that is published, wholly or in part, or go on undoing it; done before, it is only reported again.

    `conn` is an idle connection of reos_pipeline. Raises `NotFoundError`, `ConflictError` when nothing of the batch was
    published or another process is at it, `UnavailableError` when the database fails: the next call then goes on.
    """
    batch = import_batch.batch(conn, tenant_id, batch_id)
    with (
        failing_clearly(batch.file_name),
        import_batch.exclusively(conn, tenant_id, batch.file_sha256, batch.profile),
    ):
        batch = import_batch.batch(conn, tenant_id, batch_id)
        if batch.status in {Status.STAGING, Status.STAGED, Status.DISCARDED}:
            raise ConflictError(
                f"The import {batch_id} is {batch.status}: there is nothing to undo.", remedy="Discard it instead."
            )
        if "licence" not in batch.details:
            raise ConflictError(
                f"The import {batch_id} dates from before imports noted what they change: it cannot be undone.",
                remedy="Import a file that says what should hold.",
            )
        if batch.status is not Status.UNDONE:
            _Undoing(conn, tenant_id, batch, new_id, user_id, progress or silent).run(clock)
        return _report(conn, tenant_id, batch_id)


@dataclass
class _Undoing:
    conn: Connection
    tenant_id: UUID
    batch: Batch
    new_id: NewId
    user_id: UUID | None
    progress: Progress

    def run(self, clock: Clock) -> None:
        """Undo chunk by chunk from where the batch stands."""
        params = {"tenant_id": self.tenant_id, "batch_id": self.batch.batch_id, "limit": CHUNK_PROPERTIES}
        with tenant_transaction(self.conn, self.tenant_id):
            self.conn.execute(statements.BEGIN, {**params, "at": clock.now()})
            self.conn.execute("analyze app.import_change")
        import_discard.clear(self.conn, self.tenant_id, self.batch.batch_id)
        self.batch = import_batch.batch(self.conn, self.tenant_id, self.batch.batch_id)
        total = self.batch.created + self.batch.known
        done, after = 0, self.batch.step_key
        while reached := self._chunk({**params, "after": after, "at": self.batch.undone_at}):
            after, done = reached[0], min(done + reached[1], total)
            self.progress("undo", done, total)
        with tenant_transaction(self.conn, self.tenant_id):
            self.conn.execute(statements.FINISH, params)

    def _chunk(self, params: dict[str, Any]) -> tuple[str, int] | None:
        """Undo the changes of the next properties; return the last of them and their number, None after the last."""
        with tenant_transaction(self.conn, self.tenant_id) as conn:
            candidates.reserve(conn, self.tenant_id)
            bulk.plan_afresh(conn)
            bound = conn.execute(statements.BOUND, params).fetchone()
            if bound is None:
                return None
            params["upto"] = bound["upto"]
            properties = conn.execute(statements.LOAD, params).rowcount
            conn.execute("analyze undo_property (property_id)")
            conn.execute(statements.MARK_USED, params)
            counts = {
                "restored": conn.execute(statements.RESTORE_RECORDS, params).rowcount,
                "records": conn.execute(statements.REMOVE_RECORDS, params).rowcount,
                "reverted": conn.execute(statements.EMPTY_FILLED, params).rowcount
                + conn.execute(statements.DETACH, params).rowcount,
                "properties": conn.execute(statements.DELETE, params).rowcount,
            }
            conn.execute(statements.RELINK, params)
            conn.execute(statements.NOTE, params)
            conn.execute(statements.QUEUE, params)
            told = [self._event(row) for row in conn.execute(statements.TOUCHED, params)]
            conn.execute(statements.ADVANCE, {**params, "counts": Jsonb({**counts, "events": len(told)})})
            append(conn, told, new_id=self.new_id)
        return params["upto"], properties

    def _event(self, row: Mapping[str, Any]) -> NewEvent:
        payload = {
            "property_id": str(row["property_id"]),
            "changed": row["changed"],
            "undone_import": str(self.batch.batch_id),
        }
        return NewEvent(
            EventType.PROPERTY_UPDATED,
            self.tenant_id,
            row["property_id"],
            payload,
            self.batch.batch_id,
            source=self.batch.source,
            user_id=self.user_id,
        )


def _report(conn: Connection, tenant_id: UUID, batch_id: UUID) -> Undone:
    batch = import_batch.batch(conn, tenant_id, batch_id)
    counts = batch.details.get("undone", {})
    with tenant_transaction(conn, tenant_id):
        rows = conn.execute(statements.KEPT, (tenant_id, batch_id, _LISTED)).fetchall()
    return Undone(
        batch=batch,
        properties_removed=counts.get("properties", 0),
        records_removed=counts.get("records", 0),
        records_restored=counts.get("restored", 0),
        fields_reverted=counts.get("reverted", 0),
        events=counts.get("events", 0),
        kept=[Kept(row["property_id"], row["what"], row["reason"]) for row in rows],
        kept_count=rows[0]["kept"] if rows else 0,
    )
