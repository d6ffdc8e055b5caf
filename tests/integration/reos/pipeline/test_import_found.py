"""Files among properties of which sources say what their leads do not, and what an import compares before it tells."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from reos.core.clock import FixedClock
from reos.core.ids import new_id
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline import import_leads
from reos.pipeline.discover import Lead, discover
from reos.pipeline.import_leads import ImportReport
from reos.property.found import FoundIdentity, learn_identity

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
KING = "53033"
APN, OTHER_APN = "7129300520", "7129300521"
HOUSE = "12 N Main St"

Take = Callable[..., ImportReport]
Learn = Callable[..., None]


@pytest.fixture
def conn(database: "Database") -> Connection:
    return database.connect("pipeline", autocommit=True)


@pytest.fixture
def tenant(two_tenants: tuple[UUID, UUID]) -> UUID:
    return two_tenants[0]


@pytest.fixture
def take(conn: Connection, tenant: UUID, tmp_path: Path) -> Take:
    """Import rows of (APN, address); either may be empty. A dry run before each foresees what it does."""

    def run(*rows: tuple[str, str], tenant_id: UUID = tenant) -> ImportReport:
        path = tmp_path / f"{uuid4()}.csv"
        lines = (f"{apn},{KING if apn else ''},{line},Seattle,WA,98101\n" for apn, line in rows)
        path.write_text("apn,county_fips,address,city,state,zip\n" + "".join(lines))
        staged = import_leads.stage(conn, tenant_id, import_leads.Source(path, "generic"), clock=CLOCK)
        foreseen = import_leads.preview(conn, tenant_id, staged.batch_id, clock=CLOCK, sources={})
        report = import_leads.import_file(conn, tenant_id, path, "generic", clock=CLOCK)
        assert (foreseen.new, foreseen.known) == (report.properties_created, report.properties_known)
        return report

    return run


@pytest.fixture
def learn(conn: Connection, tenant: UUID) -> Learn:
    """Learn from the county what the address of a parcel is, or which parcel an address is."""

    def run(line: str, apn: str = APN, tenant_id: UUID = tenant) -> None:
        query = "select property_id from app.property where apn_key = %s or address_line = %s order by created_at"
        with tenant_transaction(conn, tenant_id):
            found = [
                FoundIdentity(row["property_id"], "county_assessor", line, "Seattle", "WA", "98101", KING, apn)
                for row in conn.execute(query, (apn, line.upper()))
            ]
            assert found
            learn_identity(conn, tenant_id, found, clock=CLOCK, new_id=new_id)

    return run


def rows(conn: Connection, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in conn.execute(query)]


def standing(conn: Connection) -> list[tuple[Any, ...]]:
    return rows(
        conn,
        """select apn_key, address_line from app.property where merged_into is null and deleted_at is null
            order by apn_key nulls first, address_line""",
    )


def told(conn: Connection) -> list[str]:
    return [kind for (kind,) in rows(conn, "select event_type from app.event_log order by seq")]


def test_an_address_in_a_file_finds_the_parcel_that_a_source_has_placed(conn: Connection, take: Take, learn: Learn):
    take((APN, ""))
    learn(HOUSE)
    report = take(("", HOUSE), ("", "14 N Main St"))
    assert (report.properties_created, report.properties_known) == (1, 1)
    assert standing(conn) == [(None, "14 N MAIN ST"), (APN, "12 N MAIN ST")]
    assert take(("", "12 North Main Street")).properties_created == 0


def test_a_parcel_in_a_file_finds_the_house_that_a_source_has_numbered(conn: Connection, take: Take, learn: Learn):
    take(("", HOUSE))
    learn(HOUSE)
    report = take((APN, ""), (OTHER_APN, ""))
    assert (report.properties_created, report.properties_known) == (1, 1)
    assert standing(conn) == [(APN, "12 N MAIN ST"), (OTHER_APN, None)]


def test_both_ways_a_lead_and_a_file_find_the_same(conn: Connection, tenant: UUID, take: Take, learn: Learn):
    discover(conn, tenant, [Lead(apn=APN, county_fips=KING)], clock=CLOCK, correlation_id=uuid4())
    learn(HOUSE)
    assert take(("", HOUSE)).properties_created == 0
    lead = Lead(address="99 Oak Ave, Seattle, WA 98101")
    discover(conn, tenant, [lead], clock=CLOCK, correlation_id=uuid4())
    learn("99 Oak Ave", OTHER_APN)
    assert take((OTHER_APN, "")).properties_created == 0
    assert len(standing(conn)) == 2


def test_a_parcel_with_another_address_than_the_numbered_house_is_asked_about(take: Take, learn: Learn):
    take(("", HOUSE))
    learn(HOUSE)
    report = take((APN, "99 Oak Ave"))
    assert (report.properties_created, report.merged, report.reviews) == (1, 0, 1)
    assert take((APN, "99 Oak Avenue")).reviews == 0


def test_an_address_that_sources_give_to_two_parcels_is_refused(take: Take, learn: Learn):
    take((APN, ""), (OTHER_APN, ""))
    learn(HOUSE)
    learn(HOUSE, OTHER_APN)
    report = take(("", HOUSE))
    assert [row.reason for row in report.rejected] == ["Several parcels share this address; give the APN."]
    assert report.properties_created == 0


def test_a_third_parcel_at_a_stated_address_does_not_take_its_house(conn: Connection, take: Take, learn: Learn):
    take((APN, ""))
    learn(HOUSE)
    report = take(("", "12 Main St"), (OTHER_APN, HOUSE))
    assert report.properties_created == 2
    assert (OTHER_APN, "12 N MAIN ST") in standing(conn)


def test_another_tenants_answers_do_not_count(take: Take, learn: Learn, two_tenants: tuple[UUID, UUID]):
    take((APN, ""))
    learn(HOUSE)
    assert take(("", HOUSE), tenant_id=two_tenants[1]).properties_created == 1


def test_a_parcel_that_a_file_gives_its_address_is_compared_at_once(conn: Connection, take: Take):
    take((APN, ""), ("", "67 Main"))
    report = take((APN, "67 Main St"))
    assert (report.merged, report.properties_created) == (1, 0)
    assert len(standing(conn)) == 1
    assert take((APN, "67 Main Street")).merged == 0


def test_what_an_undo_removed_is_compared_when_its_file_brings_it_back(conn: Connection, tenant: UUID, take: Take):
    first = take((APN, "67 Main St"))
    assert first.batch_id is not None
    import_leads.undo(conn, tenant, first.batch_id, clock=CLOCK)
    take(("", "67 Main"))
    report = take((APN, "67 Main St"))
    assert (report.properties_created, report.merged) == (1, 1)
    assert len(standing(conn)) == 1


def test_a_parcel_that_comes_back_is_compared_by_its_stated_address(
    conn: Connection, tenant: UUID, take: Take, learn: Learn
):
    first = take((APN, ""))
    learn("67 Main St")
    assert first.batch_id is not None
    import_leads.undo(conn, tenant, first.batch_id, clock=CLOCK)
    take(("", "67 Main"))
    assert take((APN, "")).merged == 1


def test_nothing_is_told_of_a_newcomer_before_it_is_compared(conn: Connection, take: Take):
    take(("", "67 Main St"))
    take(("", "67 Main"), ("", "9 Elm St"))
    assert told(conn) == ["property.discovered", "property.merged", "property.discovered", "property.discovered"]
    of_merged = """select count(*) from app.event_log e join app.property p using (property_id)
                    where e.event_type = 'property.discovered' and p.merged_into is not null"""
    assert rows(conn, of_merged) == [(1,)]


def test_properties_from_before_there_were_blocks_are_met_by_the_next_file(conn: Connection, take: Take):
    take(("", "67 Main St"))
    conn.execute("update app.property set address_block = null")
    assert take(("", "67 Main")).merged == 1
