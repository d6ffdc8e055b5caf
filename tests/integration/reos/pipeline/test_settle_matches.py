"""Comparing everything again: properties from before there was matching get their block and are compared."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from reos.core.clock import FixedClock
from reos.db.connection import Connection
from reos.pipeline.discover import Lead, discover
from reos.pipeline.settle_matches import SettleReport, settle_matches

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
LEADS = [Lead(address=f"{line}, Seattle, WA 98101") for line in ("67 Main St", "12 Saint Johns Pl Apt 4", "RR 1 Box 2")]


def add_unblocked(conn: Connection, tenant_id: UUID, line: str) -> UUID:
    """Insert a property as it was stored before it had a block."""
    property_id = uuid4()
    conn.execute(
        """insert into app.property (tenant_id, property_id, address_line, city, state, zip5, address_key, source)
           values (%s, %s, %s, 'SEATTLE', 'WA', '98101', %s, 'test')""",
        (tenant_id, property_id, line, f"98101|{line}|"),
    )
    return property_id


def test_old_properties_get_their_block_and_are_compared(database: "Database", two_tenants: tuple[UUID, UUID]) -> None:
    conn = database.connect("pipeline", autocommit=True)
    north, south = two_tenants
    (home,) = discover(conn, north, LEADS[:1], clock=CLOCK, correlation_id=uuid4())
    old = add_unblocked(conn, north, "67 MAIN")
    add_unblocked(conn, south, "67 MAIN")
    assert settle_matches(conn, clock=CLOCK) == SettleReport(blocked=2, merged=1, reviews=0)
    rows = conn.execute("select property_id, merged_into from app.property where tenant_id = %s", (north,)).fetchall()
    # the older of the two stands: that is the one whose lead came first by its time of creation
    assert {row["merged_into"] for row in rows} - {None} <= {home.property_id, old}
    assert settle_matches(conn, clock=CLOCK) == SettleReport()


def test_a_new_rule_for_blocks_reaches_every_property(database: "Database", two_tenants: tuple[UUID, UUID]) -> None:
    conn = database.connect("pipeline", autocommit=True)
    discover(conn, two_tenants[0], LEADS, clock=CLOCK, correlation_id=uuid4())
    made = conn.execute("select property_id, address_block from app.property order by 1").fetchall()
    assert all(row["address_block"] for row in made)
    conn.execute("update app.property set address_block = 'old'")
    assert settle_matches(conn, clock=CLOCK) == SettleReport()
    assert settle_matches(conn, clock=CLOCK, reblock=True).blocked == len(LEADS)
    assert conn.execute("select property_id, address_block from app.property order by 1").fetchall() == made
