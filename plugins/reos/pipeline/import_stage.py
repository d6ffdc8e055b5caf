"""The first step of an import: a file's rows, read by a profile, wait in the database until somebody publishes them.

Each chunk is committed with the line that it reaches, so an import that was killed goes on there. Which file it is, is
told by its hash: a file that was changed meanwhile is another one and is read from its start. When all rows are there,
one pass over the whole file finds what it says twice; from then on chunks of any size give the same result.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, dropwhile, islice
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from reos.core.clock import Clock
from reos.core.errors import ConflictError, InvalidInputError
from reos.core.ids import NewId, new_id
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline import import_batch, import_discard, lead_staging
from reos.pipeline.import_batch import Batch, Status
from reos.pipeline.import_faults import failing_clearly
from reos.pipeline.import_progress import Progress, Stopwatch, silent
from reos.pipeline.lead_files import MAX_BYTES, LeadFile, Row, open_leads
from reos.pipeline.lead_row import LeadRow, compile_rows
from reos.pipeline.profiles import Profile, load_profile

CHUNK_ROWS = 5000
_STEP = 1000  # rows between two reports of progress

_NEW = """
insert into app.import_batch (tenant_id, batch_id, profile, file_name, file_sha256, logical_date, status, lines,
                              details, user_id, started_at)
values (%(tenant_id)s, %(batch_id)s, %(profile)s, %(file_name)s, %(sha256)s, %(logical_date)s, 'staging', %(lines)s,
        %(details)s, %(user_id)s, %(at)s)
"""
_BROKEN_OFF = """
select batch_id, file_sha256, lines_done from app.import_batch
 where tenant_id = %(tenant_id)s and profile = %(profile)s and status = 'staging' and file_sha256 <> %(sha256)s
   and details ->> 'path' = %(path)s
 order by batch_id desc limit 1
"""
# Rows about one sale (or one roll record) of one identity: the first counts, an equal one is a duplicate, a different
# one a conflict. They stay, since one of them may bring the address that the first lacks. The index gives the order;
# nothing is sorted as a whole.
_REPEATED = """
with ranked as (
    select line, body, body_sha256, first_value(line) over same as first_line,
           first_value(body_sha256) over same as first_sha256
      from app.import_row where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
    window same as (partition by identity, record_key order by line)
), noted as (
    insert into app.import_rejection (tenant_id, batch_id, line, kind, reason, row_data)
    select %(tenant_id)s, %(batch_id)s, line,
           case when body_sha256 = first_sha256 then 'duplicate' else 'conflict' end,
           case when body_sha256 = first_sha256 then 'duplicate: says the same as line '
                else 'conflict: contradicts line ' end || first_line, body
      from ranked where line <> first_line
    returning line
)
update app.import_batch set status = 'staged', rejected = rejected + (select count(*) from noted)
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
"""


@dataclass(frozen=True)
class Source:
    """A file to import: where it lies, by which profile (or its name) it is read, of which day it speaks, who asked.

    `logical_date` is today unless said otherwise; `user_id` stands in the events; `max_bytes` bounds the file.
    """

    path: Path
    profile: Profile | str
    logical_date: date | None = None
    user_id: UUID | None = None
    max_bytes: int = MAX_BYTES


def stage(
    conn: Connection,
    tenant_id: UUID,
    source: Source,
    *,
    clock: Clock,
    progress: Progress | None = None,
    new_id: NewId = new_id,
    watch: Stopwatch | None = None,
) -> Batch:
    """Bring the rows of a file into the database, or what is missing of them, and return their batch.

    `conn` is an idle connection of reos_pipeline. A batch of this very file that is further already is returned as it
    is. Nothing but the batch and its rows is written. Raises `InvalidInputError` when the profile cannot read the file,
    `ConflictError` when another process is at it or the file changes meanwhile, `UnavailableError` when the database or
    the disk fails; what was committed until then is kept, and the next call goes on there.
    """
    path, profile = source.path, source.profile
    rules = load_profile(profile) if isinstance(profile, str) else profile
    watch = watch or Stopwatch()
    with watch.stage("check"):
        before = _fingerprint(path)
        file = open_leads(path, rules, max_bytes=source.max_bytes)
    at = clock.now()
    params = {
        "tenant_id": tenant_id,
        "profile": rules.name,
        "file_name": path.name,
        "path": str(path.absolute()),
        "sha256": file.sha256,
        "lines": file.lines,
        "at": at,
        "logical_date": source.logical_date or at.date(),
        "user_id": source.user_id,
    }
    work = _Staging(conn, rules, file, params, before, progress or silent, watch, new_id)
    with failing_clearly(path.name), import_batch.exclusively(conn, tenant_id, file.sha256, rules.name):
        return work.run()


def _fingerprint(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass
class _Staging:
    conn: Connection
    rules: Profile
    file: LeadFile
    params: dict[str, Any]
    before: tuple[int, ...] | None
    progress: Progress
    watch: Stopwatch
    new_id: NewId
    rows_done: int = field(default=0)

    def run(self) -> Batch:
        """Stage what is missing, under the lock of the file."""
        tenant_id = self.params["tenant_id"]
        batch = self._open()
        if batch.status is not Status.STAGING:
            return batch
        self.params["batch_id"] = batch.batch_id
        try:
            with self.watch.stage("read"):
                self._read(batch)
        except (InvalidInputError, ConflictError):
            import_discard.drop(self.conn, tenant_id, batch.batch_id)
            raise
        with self.watch.stage("duplicates"), tenant_transaction(self.conn, tenant_id):
            self.progress("duplicates", 0, batch.lines)
            self.conn.execute("analyze app.import_row")
            self.conn.execute("set local work_mem = '64MB'")
            self.conn.execute(_REPEATED, self.params)
            self.progress("duplicates", batch.lines, batch.lines)
        return import_batch.batch(self.conn, tenant_id, batch.batch_id)

    def _open(self) -> Batch:
        """Return the batch of this file, made if there is none; one of the file as it was before is dropped."""
        tenant_id = self.params["tenant_id"]
        with tenant_transaction(self.conn, tenant_id):
            known = import_batch.of_file(self.conn, self.params)
            broken_off = None if known else self.conn.execute(_BROKEN_OFF, self.params).fetchone()
        if known:
            return known
        details = self._details(self._dropped(broken_off) if broken_off else None)
        batch_id = self.new_id()
        with tenant_transaction(self.conn, tenant_id):
            self.conn.execute(_NEW, {**self.params, "batch_id": batch_id, "details": Jsonb(details)})
            return import_batch.find(self.conn, tenant_id, batch_id)

    def _dropped(self, old: Mapping[str, Any]) -> int | None:
        """Drop what is staged of the file as it was, unless somebody still reads it; return the line it had reached."""
        tenant_id = self.params["tenant_id"]
        try:
            with import_batch.exclusively(self.conn, tenant_id, old["file_sha256"], self.rules.name, patience=0):
                import_discard.drop(self.conn, tenant_id, old["batch_id"])
        except ConflictError:
            return None
        line: int = old["lines_done"]
        return line

    def _details(self, changed_after_line: int | None) -> dict[str, Any]:
        details = {
            "path": self.params["path"],
            "encoding": self.file.encoding,
            "licence": self.rules.licence,
            "unknown_columns": self.rules.unknown(self.file.header),
        }
        return details if changed_after_line is None else {**details, "changed_after_line": changed_after_line}

    def _read(self, batch: Batch) -> None:
        self.rows_done = batch.rows
        read = compile_rows(self.rules, self.file)
        rows = dropwhile(lambda row: row.line <= batch.lines_done, self.file.rows())
        self.progress("read", self.rows_done, self.file.lines)
        while (first := next(rows, None)) is not None:
            chunk = self._told(chain([first], islice(rows, CHUNK_ROWS - 1)))
            with tenant_transaction(self.conn, self.params["tenant_id"]):
                lead_staging.store(self.conn, self.params, lambda copy: self._filled(copy, read, chunk))  # noqa: B023
                self._check_unchanged()
            self.progress("read", self.rows_done, self.file.lines)

    def _filled(
        self, copy: psycopg.Copy, read: Callable[[Sequence[str]], LeadRow], rows: Iterator[Row]
    ) -> lead_staging.Chunk:
        chunk = lead_staging.Chunk(copy, read, self.file.header, self.new_id)
        chunk.take(rows)
        return chunk

    def _told(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            yield row
            self.rows_done += 1
            if self.rows_done % _STEP == 0:
                self.progress("read", self.rows_done, self.file.lines)

    def _check_unchanged(self) -> None:
        if self.before is not None and _fingerprint(self.file.path) != self.before:
            raise ConflictError(
                f"{self.file.path.name} was changed while it was read; nothing of it is kept.",
                remedy="Wait until it is written completely, then import it again.",
            )
