"""A file of everything that can be wrong: each row is either in the record or refused with a reason, none is lost."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from reos.core.clock import FixedClock
from reos.core.errors import InvalidInputError
from reos.pipeline.import_leads import ImportReport, import_file

CLOCK = FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))
HEADER = "apn,county_fips,address,city,state,zip,lat,lon,owner,beds\n"
ROWS = {
    2: ("7129300520,53033,,,WA,98178,47.5112,-122.257,Ann \U0001f3e0,3", ""),
    3: ("7129300520,53033,,,WA,98178,47.5112,-122.257,Ann \U0001f3e0,3", "says the same as line 2"),
    4: ("7129300520,53033,,,WA,98178,47.5112,-122.257,Ann \U0001f3e0,4", "contradicts line 2"),
    5: ("R-214567A,41051,,,OR,97201,,,'=1+1,", ""),
    6: (",,290 Bremner Blvd,Toronto,ON,M5V 3L9,,,,", "Canadian postal code"),
    7: ("7129300530,53033,,,WA,98178,-122.257,47.5112,,", "latitude and longitude swapped"),
    8: (",,=A1&B1,Seattle,WA,98101,,,,", "not accepted as an address"),
    9: ("7129300540,53033,,,WA,98178,,,x\0y,", "NUL byte"),
    10: (f"7129300550,53033,,,WA,98178,,,{'x' * 10_000_000},", "longer than"),
    11: (",,\U0001f3e0 \U0001f3e0,Kent,WA,98030,,,,", "not accepted as an address"),
    12: ("7129300560,53033,,,WA,98178,,", "has 8 cells, the header has 10"),
    13: (",,1201 Aurora Ave N,Seattle,WA,98103,,,,", ""),
}


def importing(database, tenant_id: UUID, path: Path) -> ImportReport:
    return import_file(database.connect("pipeline"), tenant_id, path, "generic", clock=CLOCK)


def test_each_row_is_in_the_record_or_refused_with_its_reason(
    database, two_tenants: tuple[UUID, UUID], tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row, _ in ROWS.values()))
    report = importing(database, two_tenants[0], path)
    told = {row.line: row.reason for row in report.rejected}
    expected = {line: reason for line, (_, reason) in ROWS.items() if reason}
    assert told.keys() == expected.keys()
    assert {line: reason for line, reason in expected.items() if reason not in told[line]} == {}
    assert (report.rows, report.properties_created, report.rejected_count) == (12, 3, 9)
    kept = database.connect("superuser").execute("select body from raw.import_record order by line").fetchall()
    bodies = [row["body"] for row in kept]
    assert bodies[0]["owner_name"] == "Ann \U0001f3e0"
    assert (bodies[1]["apn"], bodies[1]["owner_name"]) == ("R-214567A", "=1+1")
    assert bodies[2]["address"] == "1201 Aurora Ave N"


def test_the_same_in_ndjson_ends_the_same(database, two_tenants: tuple[UUID, UUID], tmp_path: Path) -> None:
    names = HEADER.strip().split(",")
    lines = [2, 3, 4, 5, 6, 7, 8, 11, 13]
    path = tmp_path / "leads.ndjson"
    cells = [ROWS[line][0].replace("'=", "=").split(",") for line in lines]
    path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in cells) + "{broken\n")
    report = importing(database, two_tenants[0], path)
    assert (report.rows, report.properties_created, report.rejected_count) == (10, 3, 7)
    assert report.rejected[-1].reason.startswith("is not JSON")


@pytest.mark.parametrize("content", [b"", b"apn^county_fips\n1^2\n", b"apn,county_fips,APN\n1,53033,2\n", b"%PDF-1.7"])
def test_a_file_that_is_refused_leaves_nothing(
    database, two_tenants: tuple[UUID, UUID], tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError):
        importing(database, two_tenants[0], path)
    conn = database.connect("superuser")
    assert conn.execute("select from app.import_batch union all select from app.property").rowcount == 0
