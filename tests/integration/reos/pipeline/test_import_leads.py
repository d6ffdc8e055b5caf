"""A file taken in: what is stored, what is refused, and that a second time adds nothing."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from reos.core.clock import FixedClock
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline.import_leads import ImportReport, import_file

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "king_county_2014_2015.csv"
KING = "53033"
COUNTED = (
    "app.property", "raw.import_record", "app.event_log", "app.import_batch", "app.import_rejection",
    "app.dirty_property",
)  # fmt: skip

Take = Callable[..., ImportReport]


@pytest.fixture
def conn(database: "Database") -> Connection:
    return database.connect("pipeline", autocommit=True)


@pytest.fixture
def take(conn: Connection, two_tenants: tuple[UUID, UUID], tmp_path: Path) -> Take:
    """Import rows (lists of cells, the header first) for tenant `north` by the generic profile."""

    def run(rows: list[list[str]], name: str = "leads.csv", **options: Any) -> ImportReport:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        (tmp_path / name).write_text(text.getvalue())
        options = {"profile": "generic", "clock": CLOCK, **options}
        return import_file(conn, options.pop("tenant", two_tenants[0]), tmp_path / name, **options)

    return run


def counts(conn: Connection) -> dict[str, int]:
    query = " union all ".join(f"select '{name}' as name, count(*) as n from {name}" for name in COUNTED)  # noqa: S608
    return {row["name"]: row["n"] for row in conn.execute(query)}


def king_county(rows: int, resales: int) -> str:
    """Return a file of the county's sales export: `resales` parcels are sold twice."""
    header = (
        "id,date,price,bedrooms,bathrooms,sqft_living,sqft_lot,floors,waterfront,view,condition,grade,sqft_above,"
        "sqft_basement,yr_built,yr_renovated,zipcode,lat,long,sqft_living15,sqft_lot15"
    )
    tail = "3,1.75,1810,4850,1.5,0,0,3,7,1810,0,1900,0,98107,47.67,-122.394,1360,4850"
    sales = [f"{number:010},2014-05-{number % 28 + 1:02},{200_000 + number}.0,{tail}" for number in range(1, rows + 1)]
    again = [sale.replace(",2014-05-", ",2015-02-") for sale in sales[:resales]]
    return "\n".join([header, *sales, *again]) + "\n"


@pytest.mark.parametrize("real", [False] + [True] * SHARED.exists(), ids=lambda real: "real" if real else "made")
def test_the_king_county_sales_are_parcels_with_their_sales_and_a_second_import_adds_nothing(
    conn: Connection, two_tenants: tuple[UUID, UUID], tmp_path: Path, *, real: bool
):
    path, sales, parcels = (SHARED, 21_613, 21_436) if real else (tmp_path / "sales.csv", 320, 300)
    if not real:
        path.write_text(king_county(300, 20))
    first = import_file(conn, two_tenants[0], path, "king-county", clock=CLOCK)
    assert (first.rows, first.properties_created, first.properties_known) == (sales, parcels, 0)
    assert (first.sales, first.records_added, first.events, first.rejected) == (sales, sales, parcels, [])
    before = counts(conn)
    assert (before["app.property"], before["raw.import_record"], before["app.event_log"]) == (parcels, sales, parcels)
    second = import_file(conn, two_tenants[0], path, "king-county", clock=CLOCK)
    assert (second.properties_created, second.properties_known, second.sales) == (0, parcels, sales)
    assert (second.records_added, second.records_changed, second.events, second.repeated) == (0, 0, 0, True)
    assert counts(conn) == before


def test_what_a_row_becomes(conn: Connection, two_tenants: tuple[UUID, UUID], tmp_path: Path):
    path = tmp_path / "sales.csv"
    path.write_text(king_county(1, 0))
    report = import_file(conn, two_tenants[0], path, "king-county", clock=CLOCK, logical_date=date(2026, 5, 1))
    (home,) = conn.execute("select * from app.property").fetchall()
    assert (home["county_fips"], home["apn"], home["apn_key"]) == (KING, "0000000001", "0000000001")
    assert (home["state"], home["zip5"], home["latitude"], home["stage"]) == ("WA", "98107", 47.67, "discovered")
    assert home["source"] == "import:king-county"
    (record,) = conn.execute("select * from raw.import_record").fetchall()
    assert (record["property_id"], record["record_key"]) == (home["property_id"], "2014-05-02:200001")
    assert (record["batch_id"], record["line"], record["profile"]) == (report.batch_id, 2, "king-county")
    assert (record["logical_date"], record["fetched_at"], record["licence"]) == (
        date(2026, 5, 1), CLOCK.instant, "CC0-1.0",
    )  # fmt: skip
    assert record["body"]["sale_price"] == 200_001
    (event,) = conn.execute("select * from app.event_log").fetchall()
    assert (event["event_type"], event["subject"]) == ("property.discovered", "event.discovery.intake")
    assert event["correlation_id"] == event["property_id"] == home["property_id"]
    assert event["payload"] == {
        "property_id": str(home["property_id"]), "apn": "0000000001", "address": None, "state": "WA",
        "county_fips": KING,
    }  # fmt: skip
    assert event["metadata"] == {"source": "import:king-county", "user_id": None}


def test_bad_rows_are_reported_by_line_and_good_rows_are_kept(conn: Connection, take: Take):
    report = take(
        [
            ["address", "zip", "beds"],
            ["12 Main St", "98101", "3"],
            ["hello world", "98101", "3"],
            ["14 Main St", "98101", "many"],
            ["16 Main St", "98101"],
            ["18 Main St", "98101", "2"],
        ]
    )
    assert (report.rows, report.properties_created, report.rejected_count) == (5, 2, 3)
    assert [(row.line, row.reason.split(":")[0]) for row in report.rejected] == [
        (3, "'hello world' is not accepted as an address. It has no house number."),
        (4, "beds"),
        (5, "has 2 cells, the header has 3"),
    ]
    stored = conn.execute("select * from app.import_rejection order by line").fetchall()
    assert [(row["line"], row["row_data"]) for row in stored] == [
        (3, {"address": "hello world", "zip": "98101", "beds": "3"}),
        (4, {"address": "14 Main St", "zip": "98101", "beds": "many"}),
        (5, {"address": "16 Main St", "zip": "98101"}),
    ]
    (batch,) = conn.execute("select * from app.import_batch").fetchall()
    assert (batch["rows"], batch["created"], batch["known"], batch["rejected"]) == (5, 2, 0, 3)
    assert (batch["file_name"], len(batch["file_sha256"])) == ("leads.csv", 32)


def test_a_parcel_twice_in_one_file_is_one_property(conn: Connection, take: Take):
    header = ["apn", "county_fips", "sale_date", "sale_price", "beds"]
    report = take(
        [
            header,
            ["7129300520", KING, "2014-10-13", "221900", "3"],
            ["712930-0520", KING, "2015-03-01", "300000", "3"],
            ["7129300520", KING, "2014-10-13", "221900", "3"],
            ["7129300520", KING, "2014-10-13", "221900", "4"],
            ["7129300520", KING, "", "", "3"],
            ["7129300520", KING, "", "", "4"],
        ]
    )
    assert (report.properties_created, report.sales, report.records_added, report.events) == (1, 2, 3, 1)
    assert [(row.line, row.reason) for row in report.rejected] == [
        (4, "duplicate: says the same as line 2"),
        (5, "conflict: contradicts line 2"),
        (7, "conflict: contradicts line 6"),
    ]
    assert [row["record_key"] for row in conn.execute("select record_key from raw.import_record order by line")] == [
        "2014-10-13:221900",
        "2015-03-01:300000",
        "roll",
    ]


def test_a_new_sale_of_a_known_parcel_is_an_update(conn: Connection, take: Take):
    header = ["apn", "county_fips", "sale_date", "sale_price"]
    take([header, ["7129300520", KING, "2014-10-13", "221900"]])
    report = take([header, ["7129300520", KING, "2015-03-01", "300000"]], name="more.csv")
    assert (report.properties_created, report.properties_known, report.records_added, report.events) == (0, 1, 1, 1)
    types = [row["event_type"] for row in conn.execute("select event_type from app.event_log order by seq")]
    assert types == ["property.discovered", "property.updated"]


def test_a_newer_roll_replaces_an_older_one_and_never_the_other_way_round(conn: Connection, take: Take):
    header = ["apn", "county_fips", "beds"]
    old, new = [header, ["7129300520", KING, "3"]], [header, ["7129300520", KING, "4"]]
    take(old, logical_date=date(2026, 1, 1))
    report = take(new, name="new.csv", logical_date=date(2026, 2, 1))
    assert (report.records_added, report.records_changed, report.events) == (0, 1, 1)
    again = take(old)
    assert (again.repeated, again.records_changed, again.events) == (True, 0, 0)
    late = take([[*header, "baths"], ["7129300520", KING, "2", "1"]], name="late.csv", logical_date=date(2025, 1, 1))
    assert (late.records_changed, late.events) == (0, 0)
    (record,) = conn.execute("select body from raw.import_record").fetchall()
    assert record["body"]["beds"] == 4


def test_tenants_do_not_see_each_others_imports(
    conn: Connection, take: Take, two_tenants: tuple[UUID, UUID], database: "Database"
):
    rows = [["apn", "county_fips"], ["7129300520", KING]]
    assert take(rows).properties_created == take(rows, tenant=two_tenants[1]).properties_created == 1
    app = database.connect("app", autocommit=True)
    with tenant_transaction(app, two_tenants[0]):
        assert len(app.execute("select from app.property").fetchall()) == 1
    assert len(conn.execute("select from app.property").fetchall()) == 2


def test_more_refused_rows_than_the_report_lists_are_all_stored(
    conn: Connection, take: Take, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("reos.pipeline.import_leads.REPORTED_ROWS", 2)
    report = take([["address", "zip"], *([f"nowhere {number}", "98101"] for number in range(5))])
    assert (len(report.rejected), report.rejected_count) == (2, 5)
    assert counts(conn)["app.import_rejection"] == 5


def test_columns_that_the_profile_does_not_know_are_named(take: Take):
    assert take([["address", "zip", "shoe size"], ["12 Main St", "98101", "9"]]).unknown_columns == ("shoe size",)


def test_progress_is_told_by_stage(take: Take, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("reos.pipeline.import_stage._STEP", 1)
    told: list[tuple[str, int]] = []
    report = take(
        [["address", "zip"], ["12 Main St", "98101"], ["14 Main St", "98101"]],
        progress=lambda stage, done, _total: told.append((stage, done)),
    )
    assert told[:3] == [("read", 0), ("read", 1), ("read", 2)]
    assert list(report.stages) == ["check", "read", "duplicates", "match", "store", "compare", "tell", "clear"]
    assert [stage for stage, _ in dict.fromkeys((stage, 0) for stage, _ in told)] == [
        *("read", "duplicates", "publish", "compare", "tell"),
    ]
    assert [done for stage, done in told if stage == "publish"] == [0, 0, 2]
