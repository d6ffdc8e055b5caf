"""Everything that can end an import in its middle: what is there is whole, and the next import goes on."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest

from reos.core.clock import FixedClock
from reos.core.errors import ConfigurationError, ConflictError, InvalidInputError, ReosError, UnavailableError
from reos.db.connection import Connection
from reos.pipeline import import_batch, import_leads, import_publish, import_stage
from reos.pipeline.import_leads import Progress, import_file
from reos.property import bulk

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
ROWS = 2000
TABLES = ("app.property", "raw.import_record", "app.event_log", "app.dirty_property", "app.import_change")
# Imports in chunks of 300 rows and says when it has committed 600 of a stage, then waits to be killed.
IMPORT_AND_WAIT = """
import signal, sys
from pathlib import Path
from uuid import UUID
from reos import db
from reos.core.clock import SystemClock
from reos.pipeline import import_leads, import_publish, import_stage

import_stage.CHUNK_ROWS = import_publish.CHUNK_ROWS = import_stage._STEP = 300

def stop(stage, done, total):
    if stage == sys.argv[4] and done >= 700:
        print("reached", flush=True)
        signal.pause()

conn = db.connect(sys.argv[1])
import_leads.import_file(conn, UUID(sys.argv[2]), Path(sys.argv[3]), "generic", clock=SystemClock(), progress=stop)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text("address,zip\n" + "".join(f"{number} Main St,98101\n" for number in range(1, ROWS + 1)))
    return path


@pytest.fixture
def superuser(database: "Database") -> Connection:
    return database.connect("superuser", autocommit=True)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (import_stage, import_publish):
        monkeypatch.setattr(module, "CHUNK_ROWS", 300)


def sizes(conn: Connection) -> list[int]:
    return [len(conn.execute(f"select from {table}").fetchall()) for table in TABLES]


def is_whole(conn: Connection, told: int = ROWS) -> bool:
    """Each property has its record, its note and its two entries in the queue, and `told` have their event."""
    properties, records, events, queued, changes = sizes(conn)
    return properties == records == changes == queued / 2 and events == told


def at_stage(stage: str, act: Callable[[], object], after: int = 0) -> Progress:
    def tell(reached: str, done: int, _total: int) -> None:
        if reached == stage and done >= after:
            act()

    return tell


def killed(database: "Database", tenant_id: UUID, file: Path, stage: str) -> None:
    """Import in a process of its own and kill it (SIGKILL) in the middle of `stage`."""
    command = [sys.executable, "-c", IMPORT_AND_WAIT, database.url("pipeline"), str(tenant_id), str(file), stage]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own interpreter
        assert process.stdout is not None
        assert process.stdout.readline() == b"reached\n"
        process.kill()


@pytest.mark.parametrize(
    ("stage", "staged", "published", "told"),
    [("read", 600, 0, 0), ("publish", ROWS, 900, 0), ("compare", ROWS, ROWS, 0), ("tell", ROWS, ROWS, 900)],
)
def test_an_importer_that_is_killed_is_gone_on_with_after_its_last_chunk(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path,
    stage: str, staged: int, published: int, told: int,
):  # fmt: skip
    killed(database, two_tenants[0], file, stage)
    batch = superuser.execute("select lines_done, rows from app.import_batch").fetchone()
    assert batch == {"lines_done": staged + 1, "rows": staged}
    assert len(superuser.execute("select from app.import_row").fetchall()) == staged
    assert sizes(superuser)[0] == published
    assert is_whole(superuser, told)
    read: list[int] = []
    tell = at_stage("read", lambda: None)

    def watch(reached: str, done: int, total: int) -> None:
        read.extend([done] if reached == "read" else [])
        tell(reached, done, total)

    report = import_file(database.connect("pipeline"), two_tenants[0], file, "generic", clock=CLOCK, progress=watch)
    assert read[:1] == ([600] if stage == "read" else []), "it goes on where the last chunk ended"
    assert (report.rows, report.properties_created, report.events, report.repeated) == (ROWS, ROWS, ROWS, False)
    assert sizes(superuser)[0] == ROWS
    assert is_whole(superuser)
    assert superuser.execute("select from app.import_row").fetchall() == []


def test_a_file_that_was_changed_meanwhile_is_read_from_its_start(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path
):
    killed(database, two_tenants[0], file, "read")
    file.write_text(file.read_text().replace("Main", "Oak"))
    report = import_file(database.connect("pipeline"), two_tenants[0], file, "generic", clock=CLOCK)
    assert (report.rows, report.properties_created, report.changed_after_line) == (ROWS, ROWS, 601)
    streets = superuser.execute("select from app.property where address_line like '%%OAK%%'", ()).fetchall()
    assert len(streets) == ROWS
    found = superuser.execute("select status from app.import_batch order by batch_id").fetchall()
    assert [row["status"] for row in found] == ["discarded", "done"]


@pytest.mark.usefixtures("small_chunks")
def test_a_file_that_changes_while_it_is_read_is_refused(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path
):
    def change() -> None:
        with file.open("a") as text:
            text.write("1 Oak St,98101\n")

    conn = database.connect("pipeline")
    with pytest.raises(ConflictError, match=r"leads\.csv was changed while it was read; nothing of it is kept"):
        import_file(conn, two_tenants[0], file, "generic", clock=CLOCK, progress=at_stage("read", change, 300))
    assert superuser.execute("select from app.import_row").fetchall() == []
    assert import_file(conn, two_tenants[0], file, "generic", clock=CLOCK).rows > ROWS


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(
    ("stage", "after", "told"),
    [("read", 600, 0), ("duplicates", 0, 0), ("publish", 600, 0), ("compare", 300, 0), ("tell", 600, 600)],
)
def test_a_lost_database_connection_leaves_nothing_half_written(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path,
    stage: str, after: int, told: int,
):  # fmt: skip
    conn = database.connect("pipeline")
    pid = conn.info.backend_pid
    cut = at_stage(stage, lambda: superuser.execute("select pg_terminate_backend(%s, 5000)", (pid,)), after)
    with pytest.raises(UnavailableError, match=r"The database broke off the import of leads\.csv") as caught:
        import_file(conn, two_tenants[0], file, "generic", clock=CLOCK, progress=cut)
    assert "Import it again: it goes on after the last chunk" in (caught.value.remedy or "")
    assert is_whole(superuser, told)
    report = import_file(database.connect("pipeline"), two_tenants[0], file, "generic", clock=CLOCK)
    assert (report.properties_created, report.events) == (ROWS, ROWS)
    assert is_whole(superuser)


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (psycopg.errors.DiskFull("No space left on device"), UnavailableError, "has no space left for leads.csv"),
        (psycopg.errors.LockNotAvailable("canceling"), ConflictError, "Something holds what leads.csv has to change"),
        (OSError(5, "Input/output error"), UnavailableError, "could not be read to its end"),
        (InvalidInputError("ours"), InvalidInputError, "ours"),
    ],
)
def test_a_fault_in_a_chunk_rolls_the_chunk_back(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path,
    monkeypatch: pytest.MonkeyPatch, fault: Exception, error: type[ReosError], message: str,
):  # fmt: skip
    resolve = bulk.resolve

    def fail_after(conn: Connection, params: dict[str, object]) -> None:
        resolve(conn, params)
        raise fault

    conn = database.connect("pipeline")
    with monkeypatch.context() as patch:
        patch.setattr(bulk, "resolve", fail_after)
        with pytest.raises(error, match=message):
            import_file(conn, two_tenants[0], file, "generic", clock=CLOCK)
    assert sizes(superuser) == [0] * len(TABLES)
    assert import_file(conn, two_tenants[0], file, "generic", clock=CLOCK).properties_created == ROWS


@pytest.mark.usefixtures("small_chunks")
def test_a_chunk_that_meets_a_deadlock_is_tried_again(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    resolve, calls = bulk.resolve, iter(range(100))

    def deadlock_at_times(conn: Connection, params: dict[str, object]) -> None:
        resolve(conn, params)
        if next(calls) % 4:
            raise psycopg.errors.DeadlockDetected("deadlock detected")

    monkeypatch.setattr(bulk, "resolve", deadlock_at_times)
    report = import_file(database.connect("pipeline"), two_tenants[0], file, "generic", clock=CLOCK)
    assert (report.properties_created, report.events) == (ROWS, ROWS)
    assert is_whole(superuser)


def test_the_api_role_may_not_import(database: "Database", two_tenants: tuple[UUID, UUID], file: Path):
    with pytest.raises(ConfigurationError, match="may not import") as caught:
        import_file(database.connect("app"), two_tenants[0], file, "generic", clock=CLOCK)
    assert "REOS_DB_PIPELINE_URL" in (caught.value.remedy or "")


def test_a_tenant_that_is_not_there_is_told(database: "Database", superuser: Connection, file: Path):
    with pytest.raises(ConfigurationError, match="tenant does not exist"):
        import_file(database.connect("pipeline"), uuid4(), file, "generic", clock=CLOCK)
    assert sizes(superuser) == [0] * len(TABLES)


def test_a_file_that_breaks_off_in_a_late_row_leaves_nothing(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path
):
    with file.open("a") as text:
        text.write('"2001 Main St,98101\n')
    with pytest.raises(InvalidInputError, match="line 2002: a quote is opened there and never closed"):
        import_file(database.connect("pipeline"), two_tenants[0], file, "generic", clock=CLOCK)
    assert sizes(superuser) == [0] * len(TABLES)
    assert superuser.execute("select from app.import_row").fetchall() == []


def test_one_process_at_a_time_works_on_a_file(
    database: "Database", two_tenants: tuple[UUID, UUID], file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(import_batch, "PATIENCE_SECONDS", 0)
    second = database.connect("pipeline")
    met: list[str] = []

    def import_meanwhile() -> None:
        try:
            import_file(second, two_tenants[0], file, "generic", clock=CLOCK)
        except ConflictError as error:
            met.append(error.detail)

    for stage in ("read", "publish"):
        tell = at_stage(stage, import_meanwhile)
        import_leads.import_file(
            database.connect("pipeline"), two_tenants[0], file, "generic", clock=CLOCK, progress=tell
        )
    assert set(met) == {"Another import of this file is running."}
    assert import_file(second, two_tenants[0], file, "generic", clock=CLOCK).repeated
