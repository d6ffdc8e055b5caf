"""An import taken back: what it alone brought goes, what others use since stays and is named."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from reos.core.clock import FixedClock
from reos.core.errors import ConflictError
from reos.db.connection import Connection
from reos.pipeline import import_leads, import_undo
from reos.pipeline.discover import Lead, discover
from reos.pipeline.import_leads import ImportReport, Source, Status, Undone

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
KING = "53033"
HEADER = "apn,county_fips,address,zip,lat,lon,beds\n"
PARCEL = f"7129300520,{KING}"
PLACE = "12 N Main St,98101,,"

Take = Callable[..., ImportReport]
Undo = Callable[[ImportReport], Undone]


@pytest.fixture
def conn(database: "Database") -> Connection:
    return database.connect("pipeline", autocommit=True)


@pytest.fixture
def take(conn: Connection, two_tenants: tuple[UUID, UUID], tmp_path: Path) -> Take:
    def run(rows: str, **options: Any) -> ImportReport:
        path = tmp_path / f"{uuid4()}.csv"
        path.write_text(HEADER + rows)
        return import_leads.import_file(conn, two_tenants[0], path, "generic", clock=CLOCK, **options)

    return run


@pytest.fixture
def undo(conn: Connection, two_tenants: tuple[UUID, UUID]) -> Undo:
    def run(report: ImportReport) -> Undone:
        assert report.batch_id is not None
        return import_leads.undo(conn, two_tenants[0], report.batch_id, clock=CLOCK)

    return run


def there(conn: Connection) -> list[tuple[Any, ...]]:
    query = """select apn_key, address_line, latitude from app.property where deleted_at is null
                order by apn_key nulls first, address_line"""
    return [tuple(row.values()) for row in conn.execute(query)]


def records(conn: Connection) -> list[Any]:
    return [
        row["beds"] for row in conn.execute("select body ->> 'beds' as beds from raw.import_record order by raw_id")
    ]


def test_what_an_import_created_goes_and_comes_back_with_its_file(
    conn: Connection, take: Take, undo: Undo, tmp_path: Path, two_tenants: tuple[UUID, UUID]
):
    rows = f"{PARCEL},{PLACE},3\n,,14 N Main St,98101,,,4\n"
    first = take(rows)
    done = undo(first)
    assert (done.properties_removed, done.records_removed, done.events, done.kept) == (2, 2, 2, [])
    assert (done.batch.status, there(conn), records(conn)) == (Status.UNDONE, [], [])
    told = conn.execute("select payload from app.event_log order by seq desc limit 1").fetchone()
    assert told is not None
    assert told["payload"]["changed"] == ["records", "deleted_at"]
    assert told["payload"]["undone_import"] == str(first.batch_id)
    path = tmp_path / "again.csv"
    path.write_text(HEADER + rows)
    staged = import_leads.stage(conn, two_tenants[0], Source(path, "generic"), clock=CLOCK)
    seen = import_leads.preview(conn, two_tenants[0], staged.batch_id, clock=CLOCK, sources={})
    assert (seen.new, seen.known) == (2, 0)
    again = import_leads.import_file(conn, two_tenants[0], path, "generic", clock=CLOCK)
    assert (again.properties_created, again.records_added, again.repeated) == (2, 2, False)
    assert len(there(conn)) == 2
    assert len(conn.execute("select from app.property").fetchall()) == 2, "they are the same properties as before"
    assert undo(again).properties_removed == 2


def test_an_undo_is_reported_again_and_not_done_again(conn: Connection, take: Take, undo: Undo):
    report = take(f"{PARCEL},{PLACE},3\n")
    first = undo(report)
    events = conn.execute("select from app.event_log").fetchall()
    assert undo(report) == first
    assert conn.execute("select from app.event_log").fetchall() == events


def test_a_property_that_somebody_deleted_does_not_come_back(conn: Connection, take: Take, undo: Undo):
    report = take(f"{PARCEL},{PLACE},3\n")
    conn.execute("update app.property set deleted_at = '2026-01-01Z'")
    undo(report)
    take(f"{PARCEL},{PLACE},3\n")
    assert there(conn) == []


def test_a_property_that_another_import_speaks_of_stays(conn: Connection, take: Take, undo: Undo):
    first = take(f"{PARCEL},{PLACE},3\n,,14 N Main St,98101,,,4\n")
    take(f"{PARCEL},{PLACE},5\n", logical_date=date(2026, 6, 1))
    done = undo(first)
    assert (done.properties_removed, done.records_removed, done.kept_count) == (1, 1, 1)
    assert [(kept.what, kept.reason) for kept in done.kept] == [("created", "another import says something about it")]
    assert (len(there(conn)), records(conn)) == (1, ["5"])


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        ("update app.property set stage = 'documented'", "it is documented"),
        ("select 1", "somebody else has added to it"),
    ],
)
def test_a_property_that_is_used_stays(
    conn: Connection, take: Take, undo: Undo, two_tenants: tuple[UUID, UUID], use: str, reason: str
):
    report = take(f"{PARCEL},,,,,3\n")
    conn.execute(use)
    lead = Lead(apn="7129300520", county_fips=KING, address="12 N Main St", zip_code="98101")
    if use == "select 1":
        discover(conn, two_tenants[0], [lead], clock=CLOCK, correlation_id=uuid4())
    done = undo(report)
    assert (done.properties_removed, [kept.reason for kept in done.kept]) == (0, [reason])
    assert (len(there(conn)), records(conn)) == (1, [])


def test_records_that_it_replaced_come_back_in_any_order(conn: Connection, take: Take, undo: Undo):
    reports = [
        take(f"{PARCEL},{PLACE},{beds}\n", logical_date=date(2026, beds, 1)) for beds in (1, 2, 3)
    ]  # fmt: skip
    assert records(conn) == ["3"]
    middle = undo(reports[1])
    assert (middle.records_restored, records(conn)) == (0, ["3"])
    assert undo(reports[2]).records_restored == 1
    assert records(conn) == ["1"]
    assert undo(reports[0]).properties_removed == 1
    assert records(conn) == []


def test_a_first_import_undone_leaves_nothing_for_the_second_to_put_back(conn: Connection, take: Take, undo: Undo):
    first, second = (take(f"{PARCEL},{PLACE},{beds}\n", logical_date=date(2026, beds, 1)) for beds in (1, 2))
    assert undo(first).kept_count == 1
    assert undo(second).records_removed == 1
    assert records(conn) == []


def test_gaps_that_it_filled_are_empty_again_unless_changed_since(conn: Connection, take: Take, undo: Undo):
    take(f"{PARCEL},,,,,\n7129300521,{KING},,,,,\n")
    report = take(f"{PARCEL},{PLACE},\n7129300521,{KING},14 N Main St,98101,47.6,-122.3,\n")
    assert [row[1] for row in there(conn)] == ["12 N MAIN ST", "14 N MAIN ST"]
    conn.execute("update app.property set latitude = 47.7 where apn_key = '7129300521'")
    done = undo(report)
    assert there(conn) == [("7129300520", None, None), ("7129300521", "14 N MAIN ST", 47.7)]
    assert (done.fields_reverted, [kept.what for kept in done.kept]) == (1, ["filled"])


def test_a_parcel_number_that_it_gave_is_taken_back(conn: Connection, take: Take, undo: Undo):
    take(f",,{PLACE},\n")
    report = take(f"{PARCEL},{PLACE},\n")
    assert [row[0] for row in there(conn)] == ["7129300520"]
    assert undo(report).fields_reverted == 1
    assert there(conn) == [(None, "12 N MAIN ST", None)]


def test_an_undo_that_broke_off_goes_on(conn: Connection, take: Take, undo: Undo, monkeypatch: pytest.MonkeyPatch):
    report = take("".join(f",,{number} N Main St,98101,,,3\n" for number in range(1, 8)))
    monkeypatch.setattr(import_undo, "CHUNK_PROPERTIES", 3)
    chunk, chunks = import_undo._Undoing._chunk, iter(range(9))

    def second_fails(self: Any, params: Any) -> Any:
        if next(chunks) == 1:
            raise KeyboardInterrupt
        return chunk(self, params)

    monkeypatch.setattr(import_undo._Undoing, "_chunk", second_fails)
    with pytest.raises(KeyboardInterrupt):
        undo(report)
    assert len(there(conn)) == 4
    done = undo(report)
    assert (done.properties_removed, done.records_removed, done.events) == (7, 7, 7)
    assert (there(conn), records(conn)) == ([], [])


def test_what_was_not_published_cannot_be_undone(conn: Connection, two_tenants: tuple[UUID, UUID], tmp_path: Path):
    path = tmp_path / "leads.csv"
    path.write_text(f"{HEADER}{PARCEL},{PLACE},3\n")
    batch = import_leads.stage(conn, two_tenants[0], Source(path, "generic"), clock=CLOCK)
    with pytest.raises(ConflictError, match="there is nothing to undo"):
        import_leads.undo(conn, two_tenants[0], batch.batch_id, clock=CLOCK)


def test_an_import_from_before_changes_were_noted_is_refused(conn: Connection, take: Take, undo: Undo):
    report = take(f"{PARCEL},{PLACE},3\n")
    conn.execute("update app.import_batch set details = '{}'")
    with pytest.raises(ConflictError, match="it cannot be undone"):
        undo(report)
    assert len(there(conn)) == 1
