"""The batch of a file: where its import stands, what it brought, and the lock that lets one process at a time go on.

The lock belongs to the session and not to a transaction, for an import commits many times; it ends with its connection,
so an importer that was killed blocks nobody.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg

from reos.core.errors import ConflictError, NotFoundError
from reos.db import tenant_transaction
from reos.db.connection import Connection, transaction

_IMPORT_LOCK = 2  # first half of the advisory keys that let one process at a time work on a batch
PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.1

_COLUMNS = """
batch_id, status, profile, file_name, file_sha256, logical_date, rows, created, known, rejected, sales, records_added,
records_changed, events, merged, reviews, started_at, finished_at, undone_at, user_id, lines, lines_done, step,
step_key, details
"""
_ONE = f"select {_COLUMNS} from app.import_batch where tenant_id = %s and batch_id = %s"  # noqa: S608 - a constant
_LIST = f"""
select {_COLUMNS} from app.import_batch
 where tenant_id = %s and (%s::uuid is null or batch_id < %s) order by batch_id desc limit %s
"""  # noqa: S608 - a constant
_OF_FILE = f"""
select {_COLUMNS} from app.import_batch
 where tenant_id = %(tenant_id)s and file_sha256 = %(sha256)s and profile = %(profile)s
   and status not in ('undone', 'discarded')
"""  # noqa: S608 - a constant
_REJECTIONS = """
select line, kind, reason, row_data from app.import_rejection
 where tenant_id = %s and batch_id = %s and line > %s order by line limit %s
"""


class Status(StrEnum):
    """Where an import stands."""

    STAGING = "staging"
    STAGED = "staged"
    PUBLISHING = "publishing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Batch:
    """One import of one file. `rows` counts the rows read so far, `lines_done` is the last line that is committed.

    `created` and `known` count properties, `sales` sale rows, `records_*` rows of `raw.import_record`; `step` and
    `step_key` say how far publishing or undoing is.
    """

    batch_id: UUID
    status: Status
    profile: str
    file_name: str
    file_sha256: bytes
    logical_date: date
    rows: int
    created: int
    known: int
    rejected: int
    sales: int
    records_added: int
    records_changed: int
    events: int
    merged: int
    reviews: int
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    user_id: UUID | None
    lines: int
    lines_done: int
    step: str | None
    step_key: str | None
    details: Mapping[str, Any]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Batch":
        """Return the batch that a row of `app.import_batch` describes."""
        return cls(**{**row, "status": Status(row["status"])})

    @property
    def source(self) -> str:
        """Return what properties and events of this import have as their source."""
        return f"import:{self.profile}"

    @property
    def encoding(self) -> str:
        """Return the encoding of the file."""
        return str(self.details.get("encoding", "utf-8"))

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """Return the columns of the file that its profile does not know."""
        return tuple(self.details.get("unknown_columns", ()))

    @property
    def changed_after_line(self) -> int | None:
        """Return the line at which an import of an earlier version of this file had broken off, if one had."""
        return self.details.get("changed_after_line")


@dataclass(frozen=True)
class Rejection:
    """A row that was not taken: its line, `invalid`, `duplicate`, `conflict` or `shared`, why, and its cells."""

    line: int
    kind: str
    reason: str
    row_data: Mapping[str, Any] | None = None


def batch(conn: Connection, tenant_id: UUID, batch_id: UUID) -> Batch:
    """Return a batch of the tenant; `NotFoundError` when there is none of this id."""
    with tenant_transaction(conn, tenant_id):
        return find(conn, tenant_id, batch_id)


def find(conn: Connection, tenant_id: UUID, batch_id: UUID) -> Batch:
    """Do the same in the open transaction."""
    row = conn.execute(_ONE, (tenant_id, batch_id)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no import {batch_id}.", remedy="List the imports: reos import --list.")
    return Batch.of(row)


def batches(conn: Connection, tenant_id: UUID, *, limit: int = 50, before: UUID | None = None) -> list[Batch]:
    """Return the newest `limit` batches, or those older than the batch `before`; newest first."""
    with tenant_transaction(conn, tenant_id):
        return [Batch.of(row) for row in conn.execute(_LIST, (tenant_id, before, before, limit))]


def of_file(conn: Connection, params: Mapping[str, Any]) -> Batch | None:
    """Return the batch in force of this very file (`sha256`) with this profile, in the open transaction."""
    row = conn.execute(_OF_FILE, params).fetchone()
    return Batch.of(row) if row else None


def rejections(
    conn: Connection, tenant_id: UUID, batch_id: UUID, *, after: int = 0, limit: int = 1000
) -> list[Rejection]:
    """Return the first `limit` refused rows below line `after`, by line."""
    with tenant_transaction(conn, tenant_id):
        return [Rejection(**row) for row in conn.execute(_REJECTIONS, (tenant_id, batch_id, after, limit))]


@contextmanager
def exclusively(
    conn: Connection, tenant_id: UUID, sha256: bytes, profile: str, *, patience: float | None = None
) -> Iterator[None]:
    """Be the only process that works on this file; `ConflictError` if another still does after `patience` seconds."""
    key = f"{tenant_id}/{sha256.hex()}/{profile}"
    deadline = time.monotonic() + (PATIENCE_SECONDS if patience is None else patience)
    while not _locked(conn, key):
        if time.monotonic() >= deadline:
            raise ConflictError(
                "Another import of this file is running.", remedy="Wait for its end, then import the file again."
            )
        time.sleep(_PAUSE_SECONDS)
    try:
        yield
    finally:
        _unlock(conn, key)


def _locked(conn: Connection, key: str) -> bool:
    with transaction(conn):
        row = conn.execute("select pg_try_advisory_lock(%s, hashtext(%s)) as taken", (_IMPORT_LOCK, key)).fetchone()
    return bool(row and row["taken"])


def _unlock(conn: Connection, key: str) -> None:
    """Give the lock back; a connection that is lost has done so by itself."""
    if conn.closed:
        return
    try:
        with transaction(conn):
            conn.execute("select pg_advisory_unlock(%s, hashtext(%s))", (_IMPORT_LOCK, key))
    except psycopg.OperationalError:
        return
