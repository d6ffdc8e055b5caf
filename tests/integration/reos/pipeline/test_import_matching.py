"""How the rows of a file find their properties: the rules of a single lead, for sets."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from reos.core.clock import FixedClock
from reos.db.connection import Connection
from reos.pipeline.discover import Lead, discover
from reos.pipeline.import_leads import ImportReport, import_file

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
KING = "53033"
HEADER = "apn,county_fips,address,zip\n"
HOUSE = "12 N Main St,98101\n"

Take = Callable[[str], ImportReport]


@pytest.fixture
def conn(database: "Database") -> Connection:
    return database.connect("pipeline", autocommit=True)


@pytest.fixture
def take(conn: Connection, two_tenants: tuple[UUID, UUID], tmp_path: Path) -> Take:
    def run(rows: str) -> ImportReport:
        path = tmp_path / f"{uuid4()}.csv"
        path.write_text(HEADER + rows)
        return import_file(conn, two_tenants[0], path, "generic", clock=CLOCK)

    return run


def parcels(conn: Connection) -> list[tuple[Any, ...]]:
    query = "select apn_key, address_line from app.property order by apn_key nulls first, address_line"
    return [tuple(row.values()) for row in conn.execute(query)]


def test_an_address_in_the_file_finds_the_parcel_in_the_same_file(conn: Connection, take: Take):
    report = take(f",,{HOUSE}7129300520,{KING},{HOUSE}")
    assert parcels(conn) == [("7129300520", "12 N MAIN ST")]
    assert (report.properties_created, report.properties_known, report.events) == (1, 0, 1)
    assert [(row.line, row.reason) for row in report.rejected] == [(2, "conflict: contradicts line 3")]


def test_a_parcel_number_is_attached_to_what_was_known_by_its_address(conn: Connection, take: Take):
    take(f",,{HOUSE}")
    report = take(f"7129300520,{KING},{HOUSE}")
    assert parcels(conn) == [("7129300520", "12 N MAIN ST")]
    assert (report.properties_created, report.properties_known, report.events) == (0, 1, 1)
    assert take(f",,{HOUSE}").events == 0


def test_two_parcels_at_one_address_never_merge(conn: Connection, take: Take):
    take(f",,{HOUSE}")
    report = take(f"7129300520,{KING},{HOUSE}7129300521,{KING},{HOUSE}")
    assert report.properties_created == 2
    assert parcels(conn) == [
        (None, "12 N MAIN ST"),
        ("7129300520", "12 N MAIN ST"),
        ("7129300521", "12 N MAIN ST"),
    ]
    assert take(f"7129300522,{KING},{HOUSE}").properties_created == 1, "a third parcel is not the address either"


def test_an_address_that_several_parcels_share_is_refused(conn: Connection, take: Take):
    report = take(f"7129300520,{KING},{HOUSE}7129300521,{KING},{HOUSE},,{HOUSE}")
    assert len(parcels(conn)) == 2
    assert [(row.line, row.reason) for row in report.rejected] == [
        (4, "Several parcels share this address; give the APN.")
    ]


def test_a_parcel_without_an_address_takes_that_of_a_later_row(conn: Connection, take: Take):
    take(f"7129300520,{KING},,\n7129300520,{KING},{HOUSE}")
    assert parcels(conn) == [("7129300520", "12 N MAIN ST")]


def test_a_known_parcel_without_an_address_takes_it_and_keeps_it(conn: Connection, take: Take):
    take(f"7129300520,{KING},,\n")
    assert take(f"7129300520,{KING},{HOUSE}").events == 1
    take(f'7129300520,{KING},"99 Oak Ave",98101\n')
    assert parcels(conn) == [("7129300520", "12 N MAIN ST")]


def test_a_lead_and_a_file_find_the_same_property(conn: Connection, take: Take, two_tenants: tuple[UUID, UUID]):
    leads = [Lead(address="12 North Main Street", zip_code="98101"), Lead(apn="712930-0521", county_fips=KING)]
    discover(conn, two_tenants[0], leads, clock=CLOCK, correlation_id=uuid4())
    report = take(f",,{HOUSE}7129300521,{KING},,\n")
    assert (report.properties_created, report.properties_known) == (0, 2)


def test_a_deleted_property_is_not_brought_back_by_a_file(conn: Connection, take: Take):
    take(f"7129300520,{KING},,\n")
    conn.execute("update app.property set deleted_at = now()")
    report = take(f"7129300520,{KING},,\n7129300521,{KING},,\n")
    assert (report.properties_created, report.properties_known) == (1, 1)
    assert len(conn.execute("select from app.property where deleted_at is not null").fetchall()) == 1
