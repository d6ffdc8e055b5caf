"""Staged rows that nobody will publish: removed in pieces, with their batch marked as discarded."""

from uuid import UUID

from reos.core.errors import ConflictError
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline import import_batch
from reos.pipeline.import_batch import Batch, Status

_LINES = 100_000  # lines of a file whose rows are removed in one transaction

_SPAN = "select max(line) as last from app.import_row where tenant_id = %s and batch_id = %s"
_REMOVE = "delete from app.import_row where tenant_id = %s and batch_id = %s and line > %s and line <= %s"
_DISCARD = """
update app.import_batch set status = 'discarded', finished_at = clock_timestamp()
 where tenant_id = %s and batch_id = %s
"""


def discard(conn: Connection, tenant_id: UUID, batch_id: UUID) -> Batch:
    """Remove the staged rows of a batch of which nothing was published; its report of refused rows stays.

    `conn` is an idle connection of reos_pipeline. Raises `NotFoundError`, or `ConflictError` once publishing has begun.
    """
    batch = import_batch.batch(conn, tenant_id, batch_id)
    if batch.status is Status.DISCARDED:
        return batch
    with import_batch.exclusively(conn, tenant_id, batch.file_sha256, batch.profile):
        batch = import_batch.batch(conn, tenant_id, batch_id)
        if batch.status not in {Status.STAGING, Status.STAGED}:
            raise ConflictError(
                f"The import {batch_id} is {batch.status}; only one that is not published can be discarded.",
                remedy="Undo it instead.",
            )
        drop(conn, tenant_id, batch_id)
    return import_batch.batch(conn, tenant_id, batch_id)


def drop(conn: Connection, tenant_id: UUID, batch_id: UUID) -> None:
    """Discard without asking; the caller holds the lock of the file."""
    clear(conn, tenant_id, batch_id)
    with tenant_transaction(conn, tenant_id):
        conn.execute(_DISCARD, (tenant_id, batch_id))


def clear(conn: Connection, tenant_id: UUID, batch_id: UUID) -> None:
    """Remove the staged rows of a batch."""
    with tenant_transaction(conn, tenant_id):
        row = conn.execute(_SPAN, (tenant_id, batch_id)).fetchone() or {}
    for start in range(0, row["last"] or 0, _LINES):
        with tenant_transaction(conn, tenant_id):
            conn.execute(_REMOVE, (tenant_id, batch_id, start, start + _LINES))
