"""Imports and leads of one tenant at the same time: nobody waits for ever and nothing is there twice."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from reos.core.clock import FixedClock
from reos.pipeline import import_leads, import_publish, import_stage
from reos.pipeline.discover import Lead, discover

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
HOUSES = 600
HEADER = "address,zip,beds\n"


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_stage, "CHUNK_ROWS", 100)
    monkeypatch.setattr(import_publish, "CHUNK_ROWS", 50)


def together(*acts: Callable[[], object]) -> None:
    """Run all at once; raise what any of them raised."""
    failures: list[BaseException] = []
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    if failures:
        raise failures[0]


def importing(database: "Database", tenant_id: UUID, path: Path, lines: list[str]) -> Callable[[], object]:
    path.write_text(HEADER + "".join(lines))
    conn = database.connect("pipeline")
    return lambda: import_leads.import_file(conn, tenant_id, path, "generic", clock=CLOCK)


def test_two_files_with_the_same_homes(database: "Database", two_tenants: tuple[UUID, UUID], tmp_path: Path):
    lines = [f"{number} N Main St,98101,3\n" for number in range(1, HOUSES + 1)]
    together(
        importing(database, two_tenants[0], tmp_path / "one.csv", lines),
        importing(database, two_tenants[0], tmp_path / "two.csv", lines[::-1]),
    )
    superuser = database.connect("superuser")
    assert len(superuser.execute("select from app.property").fetchall()) == HOUSES
    told = superuser.execute("select event_type, count(*) as n from app.event_log group by 1").fetchall()
    assert told == [{"event_type": "property.discovered", "n": HOUSES}]
    total = superuser.execute("select sum(created) as created, sum(known) as known from app.import_batch").fetchone()
    assert total == {"created": HOUSES, "known": HOUSES}


def test_the_same_file_twice(database: "Database", two_tenants: tuple[UUID, UUID], tmp_path: Path):
    lines = [f"{number} N Main St,98101,3\n" for number in range(1, HOUSES + 1)]
    path = tmp_path / "one.csv"
    together(*(importing(database, two_tenants[0], path, lines) for _ in range(2)))
    superuser = database.connect("superuser")
    assert len(superuser.execute("select from app.property").fetchall()) == HOUSES
    assert len(superuser.execute("select from app.import_batch").fetchall()) == 1


def test_a_file_and_leads_of_the_api(database: "Database", two_tenants: tuple[UUID, UUID], tmp_path: Path):
    lines = [f"{number} N Main St,98101,3\n" for number in range(1, HOUSES + 1)]
    leads = [Lead(address=f"{number} N Main St", zip_code="98101") for number in range(HOUSES, 0, -1)]
    app = database.connect("app")

    def lead() -> None:
        for start in range(0, HOUSES, 20):
            discover(app, two_tenants[0], leads[start : start + 20], clock=CLOCK, correlation_id=uuid4())

    together(importing(database, two_tenants[0], tmp_path / "one.csv", lines), lead)
    superuser = database.connect("superuser")
    assert len(superuser.execute("select from app.property").fetchall()) == HOUSES
    assert len(superuser.execute("select from raw.import_record").fetchall()) == HOUSES
    told = superuser.execute(
        "select count(*) as n from app.event_log where event_type = 'property.discovered'"
    ).fetchone()
    assert told == {"n": HOUSES}


def test_an_undo_and_an_import(database: "Database", two_tenants: tuple[UUID, UUID], tmp_path: Path):
    lines = [f"{number} N Main St,98101,3\n" for number in range(1, HOUSES + 1)]
    importing(database, two_tenants[0], tmp_path / "one.csv", lines)()
    conn = database.connect("pipeline")
    (batch,) = import_leads.batches(conn, two_tenants[0])
    again = [line.replace(",3", ",4") for line in lines]
    together(
        lambda: import_leads.undo(conn, two_tenants[0], batch.batch_id, clock=CLOCK),
        importing(database, two_tenants[0], tmp_path / "two.csv", again),
    )
    superuser = database.connect("superuser")
    left = superuser.execute("select from app.property where deleted_at is null").fetchall()
    said = superuser.execute("select property_id from raw.import_record").fetchall()
    assert len(left) == len(said) == HOUSES, "what the second file speaks of is there, whoever came first"
