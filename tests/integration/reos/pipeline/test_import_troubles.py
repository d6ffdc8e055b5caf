"""Everything that can end an import in its middle: nothing of the file is stored, and the message says what to do."""

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
from reos.pipeline.import_leads import Progress, import_file
from reos.property import bulk

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
TABLES = ("app.property", "raw.import_record", "app.event_log", "app.import_batch", "app.dirty_property")
IMPORT_AND_WAIT = """
import sys, signal
from pathlib import Path
from uuid import UUID
from reos import db
from reos.core.clock import SystemClock
from reos.pipeline.import_leads import import_file

def stop(stage, done, total):
    if stage == sys.argv[4]:
        print("reached", flush=True)
        signal.pause()

conn = db.connect(sys.argv[1])
import_file(conn, UUID(sys.argv[2]), Path(sys.argv[3]), "generic", clock=SystemClock(), progress=stop)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text("address,zip\n" + "".join(f"{number} Main St,98101\n" for number in range(1, 2001)))
    return path


@pytest.fixture
def superuser(database: "Database") -> Connection:
    return database.connect("superuser", autocommit=True)


def nothing_is_stored(conn: Connection) -> bool:
    return not any(conn.execute(f"select from {table} limit 1").fetchone() for table in TABLES)


def at_stage(stage: str, act: Callable[[], object]) -> Progress:
    def tell(reached: str, done: int, _total: int) -> None:
        if (reached, done) == (stage, 0):
            act()

    return tell


@pytest.mark.parametrize("stage", ["read", "match", "store", "publish"])
def test_a_lost_database_connection_leaves_nothing(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path, stage: str
):
    conn = database.connect("pipeline")
    pid = conn.info.backend_pid
    cut = at_stage(stage, lambda: superuser.execute("select pg_terminate_backend(%s, 5000)", (pid,)))
    with pytest.raises(UnavailableError, match=r"The database broke off the import of leads\.csv") as caught:
        import_file(conn, two_tenants[0], file, "generic", clock=CLOCK, progress=cut)
    assert "Nothing of the file was stored" in (caught.value.remedy or "")
    assert nothing_is_stored(superuser)


@pytest.mark.parametrize("stage", ["match", "publish"])
def test_an_importer_that_is_killed_leaves_nothing_and_does_not_block_the_next(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path, stage: str
):
    arguments = [database.url("pipeline"), str(two_tenants[0]), str(file), stage]
    command = [sys.executable, "-c", IMPORT_AND_WAIT, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own interpreter
        assert process.stdout is not None
        assert process.stdout.readline() == b"reached\n"
        process.kill()
    assert nothing_is_stored(superuser)
    report = import_file(database.connect("pipeline"), two_tenants[0], file, "generic", clock=CLOCK)
    assert (report.properties_created, report.repeated) == (2000, False)


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (psycopg.errors.DiskFull("No space left on device"), UnavailableError, "has no space left for leads.csv"),
        (OSError(5, "Input/output error"), UnavailableError, "could not be read to its end"),
        (InvalidInputError("ours"), InvalidInputError, "ours"),
    ],
)
def test_a_fault_in_the_middle_rolls_everything_back(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path,
    monkeypatch: pytest.MonkeyPatch, fault: Exception, error: type[ReosError], message: str,
):  # fmt: skip
    resolve = bulk.resolve

    def fail_after(conn: Connection, params: dict[str, object]) -> None:
        resolve(conn, params)
        raise fault

    monkeypatch.setattr(bulk, "resolve", fail_after)
    conn = database.connect("pipeline")
    with pytest.raises(error, match=message):
        import_file(conn, two_tenants[0], file, "generic", clock=CLOCK)
    assert nothing_is_stored(superuser)
    monkeypatch.undo()
    assert import_file(conn, two_tenants[0], file, "generic", clock=CLOCK).properties_created == 2000


def test_the_api_role_may_not_import(database: "Database", two_tenants: tuple[UUID, UUID], file: Path):
    with pytest.raises(ConfigurationError, match="may not import") as caught:
        import_file(database.connect("app"), two_tenants[0], file, "generic", clock=CLOCK)
    assert "REOS_DB_PIPELINE_URL" in (caught.value.remedy or "")


def test_a_tenant_that_is_not_there_is_told(database: "Database", superuser: Connection, file: Path):
    with pytest.raises(ConfigurationError, match="tenant does not exist"):
        import_file(database.connect("pipeline"), uuid4(), file, "generic", clock=CLOCK)
    assert nothing_is_stored(superuser)


def test_a_file_that_breaks_off_in_a_late_row_leaves_nothing(
    database: "Database", superuser: Connection, two_tenants: tuple[UUID, UUID], file: Path
):
    with file.open("a") as text:
        text.write('"2001 Main St,98101\n')
    with pytest.raises(InvalidInputError, match="line 2002: unexpected end of data"):
        import_file(database.connect("pipeline"), two_tenants[0], file, "generic", clock=CLOCK)
    assert nothing_is_stored(superuser)


def test_two_imports_at_once_take_turns(database: "Database", two_tenants: tuple[UUID, UUID], file: Path):
    second = database.connect("pipeline")
    second.execute("set lock_timeout = '100ms'")
    second.commit()

    def import_meanwhile() -> None:
        with pytest.raises(ConflictError, match="Another import of this tenant"):
            import_file(second, two_tenants[0], file, "generic", clock=CLOCK)

    tell = at_stage("publish", import_meanwhile)
    report = import_file(database.connect("pipeline"), two_tenants[0], file, "generic", clock=CLOCK, progress=tell)
    assert report.properties_created == 2000
    assert import_file(second, two_tenants[0], file, "generic", clock=CLOCK).repeated
