"""Import a file of leads: read by a profile, staged by COPY, then matched, landed and published by set-based SQL.

One transaction a file: all of it or nothing, however it ends. Bad rows are reported and do not stop the good ones. The
same file again adds nothing and tells nothing.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import orjson
import psycopg

from reos.core.clock import Clock
from reos.core.errors import ConfigurationError, ConflictError, ReosError, UnavailableError
from reos.core.ids import NewId, new_id
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline import lead_landing
from reos.pipeline.lead_file import LeadFile, Row, open_lead_file
from reos.pipeline.lead_landing import RejectedRow
from reos.pipeline.lead_row import LeadRow, RowError, compile_rows
from reos.pipeline.profiles import Profile, load_profile
from reos.property import bulk
from reos.property.bulk import StagedRow

REPORTED_ROWS = 1000  # refused rows listed in the report; all of them are in app.import_rejection
_STEP = 1000  # rows between two reports of progress
_SHOWN_CELL = 200


class Progress(Protocol):
    """Is told how far a stage is, in rows."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take `done` of about `total`."""
        ...


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `properties_*` count distinct properties of the file, `sales` its sale rows.

    `rejected` lists the first refused rows (invalid, duplicate or contradicting), `rejected_count` counts all of them;
    `stages` has the seconds that each stage took.
    """

    rows: int
    properties_created: int
    properties_known: int
    sales: int
    rejected: list[RejectedRow]
    seconds: float
    rejected_count: int = 0
    records_added: int = 0
    records_changed: int = 0
    events: int = 0
    batch_id: UUID | None = None
    repeated: bool = False
    encoding: str = "utf-8"
    unknown_columns: tuple[str, ...] = ()
    stages: dict[str, float] = field(default_factory=dict)


def import_file(
    conn: Connection,
    tenant_id: UUID,
    path: Path,
    profile: str,
    *,
    clock: Clock,
    progress: Progress | None = None,
    new_id: NewId = new_id,
    logical_date: date | None = None,
) -> ImportReport:
    """Import the file at `path` for one tenant; `conn` is an idle connection of reos_pipeline.

    `logical_date` is the day of which the file speaks (default: today). Raises `InvalidInputError` when the file cannot
    be read by the profile, `UnavailableError` when the database is lost or full; nothing of the file is stored then.
    """
    rules = load_profile(profile)
    started = time.monotonic()
    file = open_lead_file(path, rules)
    at = clock.now()
    params = {
        "tenant_id": tenant_id,
        "profile": rules.name,
        "source": f"import:{rules.name}",
        "licence": rules.licence,
        "file_name": path.name,
        "sha256": file.sha256,
        "at": at,
        "logical_date": logical_date or at.date(),
    }
    work = _Import(conn, rules, file, params, progress or _silent, new_id)
    with _failing_clearly(path), tenant_transaction(conn, tenant_id):
        return work.run(started)


def _silent(stage: str, done: int, total: int) -> None:
    """Report to nobody."""


@dataclass
class _Import:
    conn: Connection
    rules: Profile
    file: LeadFile
    params: dict[str, Any]
    progress: Progress
    new_id: NewId
    stages: dict[str, float] = field(default_factory=dict)

    def run(self, started: float) -> ImportReport:
        """Do all stages in the open transaction."""
        self.stages["check"] = time.monotonic() - started
        with self._stage("read"):
            self._stage_rows()
        with self._stage("match"):
            bulk.resolve(self.conn, self.params)
        with self._stage("store"):
            known = lead_landing.known_batch(self.conn, self.params)
            self.params |= {"batch_id": known or self.new_id(), "is_new": known is None}
            landed = lead_landing.land(self.conn, self.params)
        rejected = list(lead_landing.rejected_rows(self.conn, REPORTED_ROWS))
        with self._stage("publish"):
            events = lead_landing.publish(self.conn, self.params)
        return ImportReport(
            rows=landed.rows,
            properties_created=landed.created,
            properties_known=landed.known,
            sales=landed.sales,
            rejected=rejected,
            seconds=time.monotonic() - started,
            rejected_count=landed.rejected,
            records_added=landed.records_added,
            records_changed=landed.records_changed,
            events=events,
            batch_id=self.params["batch_id"],
            repeated=known is not None,
            encoding=self.file.encoding,
            unknown_columns=tuple(self.rules.unknown(self.file.header)),
            stages=self.stages,
        )

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        self.progress(name, 0, self.file.lines)
        yield
        self.stages[name] = time.monotonic() - began
        self.progress(name, self.file.lines, self.file.lines)

    def _stage_rows(self) -> None:
        read = compile_rows(self.rules, self.file)
        with bulk.staging(self.conn, self.params["tenant_id"]) as staging:
            for number, row in enumerate(self.file.rows(), start=1):
                staging.write(self._staged(row, read))
                if number % _STEP == 0:
                    self.progress("read", number, self.file.lines)

    def _staged(self, row: Row, read: Callable[[list[str]], LeadRow]) -> StagedRow:
        reason = row.fault
        if reason is None:
            try:
                lead = read(row.cells)
            except RowError as error:
                reason = str(error)
            else:
                return StagedRow(row.line, self.new_id(), self.new_id(), *lead)
        return StagedRow(row.line, self.new_id(), self.new_id(), reason=reason, row_data=self._shown(row.cells))

    def _shown(self, cells: list[str]) -> str:
        """Return a refused row as JSON for people, long cells cut."""
        named = dict(zip(self.file.header, (cell[:_SHOWN_CELL] for cell in cells), strict=False))
        return orjson.dumps(named).decode()


@contextmanager
def _failing_clearly(path: Path) -> Iterator[None]:
    """Turn what the database may say in the middle of a file into an error that says what to do."""
    again = "Nothing of the file was stored; import it again."
    try:
        yield
    except ReosError:
        raise
    except psycopg.errors.DiskFull as error:
        raise UnavailableError(
            f"The database has no space left for {path.name}.", remedy=f"Free disk space. {again}"
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"This role may not import: {error}", remedy="Import as reos_pipeline (REOS_DB_PIPELINE_URL)."
        ) from error
    except psycopg.errors.ForeignKeyViolation as error:
        raise ConfigurationError(f"The tenant does not exist: {error}", remedy="Create the tenant first.") from error
    except psycopg.errors.LockNotAvailable as error:
        raise ConflictError("Another import of this tenant is running.", remedy=f"Wait for its end. {again}") from error
    except psycopg.OperationalError as error:
        raise UnavailableError(
            f"The database broke off the import of {path.name}: {str(error).splitlines()[0]}.",
            remedy=f"Check that it runs (`reos status`). {again}",
        ) from error
    except OSError as error:
        raise UnavailableError(
            f"{path} could not be read to its end: {error}.", remedy=f"Check the disk. {again}"
        ) from error
