"""A file's newcomers among known homes: merged, asked about or left alone, once, whatever the order of its rows."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from reos.core.clock import FixedClock
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline import merge
from reos.pipeline.discover import Lead, discover
from reos.pipeline.import_leads import ImportReport, import_file

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
KING = "53033"
HEADER = "apn,county_fips,address,city,state,zip\n"

Take = Callable[..., ImportReport]


@pytest.fixture
def conn(database: "Database") -> Connection:
    return database.connect("pipeline", autocommit=True)


@pytest.fixture
def tenant(two_tenants: tuple[UUID, UUID]) -> UUID:
    return two_tenants[0]


@pytest.fixture
def take(conn: Connection, tenant: UUID, tmp_path: Path) -> Take:
    def run(*lines: str, apn: str = "") -> ImportReport:
        path = tmp_path / f"{uuid4()}.csv"
        county = KING if apn else ""
        path.write_text(HEADER + "".join(f"{apn},{county},{line},Seattle,WA,98101\n" for line in lines))
        return import_file(conn, tenant, path, "generic", clock=CLOCK)

    return run


def rows(conn: Connection, query: str) -> list[dict[str, Any]]:
    return conn.execute(query).fetchall()


def test_a_shorter_writing_is_merged_and_imported_again_adds_nothing(conn: Connection, take: Take) -> None:
    take("67 Main St")
    take("67 Main")
    (merged,) = rows(conn, "select merged_into from app.property where merged_into is not null")
    assert rows(conn, "select count(*) as n from app.event_log where event_type = 'property.merged'") == [{"n": 1}]
    again = take("67 Main", "67 Main St")
    assert (again.properties_created, again.properties_known) == (0, 2)
    tables = ("app.property", "app.property_merge")
    assert [len(rows(conn, f"select from {table}")) for table in tables] == [2, 1]
    assert merged["merged_into"]


def test_the_order_of_the_rows_decides_nothing(conn: Connection, take: Take) -> None:
    for number, order in enumerate(permutations(("St", "Pl", ""))):
        take(*(f"{100 + number} Main {kind}".strip() for kind in order))
    assert rows(conn, "select from app.property where merged_into is not null") == []
    assert len(rows(conn, "select from app.match_review where status = 'open'")) == 2 * 6
    take("100 Main")
    assert len(rows(conn, "select from app.match_review")) == 2 * 6


def test_a_parcel_of_a_merged_writing_is_its_survivor(conn: Connection, tenant: UUID, take: Take) -> None:
    (home,) = discover(conn, tenant, [Lead(address="67 Main St, Seattle, WA 98101")], clock=CLOCK,
                       correlation_id=uuid4())  # fmt: skip
    take("67 Main", apn="7129300520")
    (parcel,) = rows(conn, "select merged_into from app.property where apn_key is not null")
    assert parcel["merged_into"] == home.property_id
    report = take("67 Main", apn="712930-0520")
    assert (report.properties_created, report.properties_known) == (0, 1)


def test_a_home_that_has_absorbed_a_parcel_takes_no_other_number(conn: Connection, take: Take) -> None:
    take("67 Main St")
    take("67 Main", apn="7129300520")
    report = take("67 Main St", apn="7129300521")
    assert report.properties_created == 1
    found = rows(conn, "select apn_key, merged_into is null as stands from app.property order by apn_key nulls first")
    assert [(row["apn_key"], row["stands"]) for row in found] == [
        (None, True),
        ("7129300520", False),
        ("7129300521", True),
    ]


def test_a_merge_between_two_imports_of_a_file_loses_nothing(conn: Connection, tenant: UUID, take: Take) -> None:
    take("1 Elm St", "2 Oak St")
    one, two = (row["property_id"] for row in rows(conn, "select property_id from app.property order by address_line"))
    with tenant_transaction(conn, tenant):
        person = merge.Person(uuid4(), CLOCK)
        merge.merge(conn, tenant, one, two, reason="one home", person=person)
    before = rows(conn, "select * from raw.import_record order by raw_id")
    again = take("1 Elm St", "2 Oak St")
    assert again.properties_created == 0
    assert rows(conn, "select * from raw.import_record order by raw_id") == before
    with tenant_transaction(conn, tenant):
        merge.unmerge(conn, tenant, one, two, reason="two homes", person=person)
    take("1 Elm St", "2 Oak St")
    assert rows(conn, "select * from raw.import_record order by raw_id") == before
