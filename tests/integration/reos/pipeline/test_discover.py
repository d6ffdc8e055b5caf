"""Leads one by one: same property found again, parcel numbers attached and never merged, one event a change."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from reos.core.clock import FixedClock
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline.discover import Discovered, Lead, Outcome, discover, record

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
KING = "53033"
PARCEL = Lead(apn="712930-0520", county_fips=KING)
HOUSE = Lead(address="12 N Main St, Seattle, WA 98101")
JOURNEY = uuid4()


@pytest.fixture(params=["pipeline", "app"])
def conn(request: pytest.FixtureRequest, database: "Database") -> Connection:
    connection: Connection = database.connect(request.param, autocommit=True)
    return connection


@pytest.fixture
def tenant(two_tenants: tuple[UUID, UUID]) -> UUID:
    return two_tenants[0]


def take(conn: Connection, tenant: UUID, *leads: Lead) -> list[Discovered]:
    return discover(conn, tenant, leads, clock=CLOCK, correlation_id=JOURNEY)


def stored(conn: Connection, tenant: UUID, table: str = "property") -> list[dict[str, Any]]:
    order = {"property": "property_id", "event_log": "seq"}[table]
    with tenant_transaction(conn, tenant):
        return conn.execute(f"select * from app.{table} order by {order}").fetchall()  # noqa: S608 - two fixed names


def test_a_new_lead_is_stored_and_told(conn: Connection, tenant: UUID):
    (found,) = take(conn, tenant, Lead(**{**vars(PARCEL), "attributes": {"latitude": 47.5, "longitude": -122.2}}))
    assert (found.created, found.outcome) == (True, Outcome.CREATED)
    (row,) = stored(conn, tenant)
    assert row["property_id"] == found.property_id
    assert (row["apn"], row["apn_key"], row["state"]) == ("712930-0520", "7129300520", "WA")
    assert (row["latitude"], row["source"], row["created_at"]) == (47.5, "api", CLOCK.instant)
    (event,) = stored(conn, tenant, "event_log")
    assert event["event_type"] == "property.discovered"
    assert event["correlation_id"] == JOURNEY
    assert event["payload"] == {
        "property_id": str(found.property_id),
        "apn": "712930-0520",
        "address": None,
        "state": "WA",
        "county_fips": KING,
        "attributes": {"latitude": 47.5, "longitude": -122.2},
    }


@pytest.mark.parametrize(
    "again",
    [PARCEL, Lead(apn="7129300520", county_fips=KING), Lead(apn=" 712930 0520", county_fips=KING, state="WA")],
)
def test_the_same_parcel_is_found_again_and_nothing_is_told(conn: Connection, tenant: UUID, again: Lead):
    (first,) = take(conn, tenant, PARCEL)
    (second,) = take(conn, tenant, again)
    assert second == Discovered(first.property_id, created=False, outcome=Outcome.KNOWN, reason="The parcel is known.")
    assert len(stored(conn, tenant)) == len(stored(conn, tenant, "event_log")) == 1


def test_the_same_address_is_found_again_however_it_is_written(conn: Connection, tenant: UUID):
    (first,) = take(conn, tenant, HOUSE)
    again = Lead(address="12 North Main Street", city="seattle", state="Washington", zip_code="98101-0001")
    (second,) = take(conn, tenant, again)
    assert (second.property_id, second.outcome) == (first.property_id, Outcome.KNOWN)
    (event,) = stored(conn, tenant, "event_log")
    assert event["payload"]["address"] == "12 N MAIN ST, SEATTLE, WA 98101"


def test_a_lead_twice_in_one_call_is_one_property(conn: Connection, tenant: UUID):
    first, second = take(conn, tenant, HOUSE, HOUSE)
    assert first.property_id == second.property_id
    assert (first.created, second.created) == (True, False)
    assert len(stored(conn, tenant, "event_log")) == 1


def test_a_parcel_number_is_attached_to_what_was_known_by_its_address(conn: Connection, tenant: UUID):
    (first,) = take(conn, tenant, HOUSE)
    (second,) = take(conn, tenant, Lead(**{**vars(HOUSE), "apn": PARCEL.apn, "county_fips": KING}))
    assert (second.property_id, second.outcome) == (first.property_id, Outcome.UPDATED)
    (row,) = stored(conn, tenant)
    assert (row["apn_key"], row["county_fips"], row["address_line"]) == ("7129300520", KING, "12 N MAIN ST")
    assert [event["event_type"] for event in stored(conn, tenant, "event_log")] == [
        "property.discovered",
        "property.updated",
    ]
    assert stored(conn, tenant, "event_log")[1]["payload"]["changed"] == ["apn"]
    assert [found.property_id for found in take(conn, tenant, HOUSE, PARCEL)] == [first.property_id] * 2
    assert len(stored(conn, tenant, "event_log")) == 2


def test_two_parcel_numbers_at_one_address_are_two_properties(conn: Connection, tenant: UUID):
    one = Lead(**{**vars(HOUSE), "apn": "7129300520", "county_fips": KING})
    other = Lead(**{**vars(HOUSE), "apn": "7129300521", "county_fips": KING})
    first, second, alone = take(conn, tenant, one, other, HOUSE)
    assert first.property_id != second.property_id
    assert (alone.property_id, alone.outcome) == (None, Outcome.REFUSED)
    assert "2 parcels share the address" in alone.reason
    assert "7129300521" in alone.reason


def test_an_address_of_one_known_parcel_finds_that_parcel(conn: Connection, tenant: UUID):
    parcel, alone = take(conn, tenant, Lead(**{**vars(HOUSE), "apn": PARCEL.apn, "county_fips": KING}), HOUSE)
    assert alone.property_id == parcel.property_id


def test_an_address_is_added_to_a_parcel_that_had_none_and_never_replaced(conn: Connection, tenant: UUID):
    with_address = Lead(**{**vars(HOUSE), "apn": PARCEL.apn, "county_fips": KING})
    elsewhere = Lead(apn=PARCEL.apn, county_fips=KING, address="99 Oak Ave, Seattle, WA 98101")
    outcomes = [found.outcome for found in take(conn, tenant, PARCEL, with_address, elsewhere)]
    assert outcomes == [Outcome.CREATED, Outcome.UPDATED, Outcome.KNOWN]
    (row,) = stored(conn, tenant)
    assert (row["address_line"], row["zip5"]) == ("12 N MAIN ST", "98101")


def test_a_bad_lead_is_refused_and_the_others_are_taken(conn: Connection, tenant: UUID):
    bad, good = take(conn, tenant, Lead(address="hello world"), HOUSE)
    assert (bad.property_id, bad.created, bad.outcome) == (None, False, Outcome.REFUSED)
    assert "not accepted as an address" in bad.reason
    assert good.created


def test_a_deleted_property_comes_back_when_it_is_named_again(conn: Connection, tenant: UUID):
    (first,) = take(conn, tenant, PARCEL)
    with tenant_transaction(conn, tenant):
        conn.execute("update app.property set deleted_at = now()")
    (second,) = take(conn, tenant, PARCEL)
    assert (second.property_id, second.outcome) == (first.property_id, Outcome.UPDATED)
    assert stored(conn, tenant)[0]["deleted_at"] is None


def test_the_same_lead_of_two_tenants_is_two_properties(conn: Connection, two_tenants: tuple[UUID, UUID]):
    north, south = (take(conn, tenant, PARCEL)[0] for tenant in two_tenants)
    assert north.created
    assert south.created
    assert north.property_id != south.property_id
    assert len(stored(conn, two_tenants[1])) == 1


def test_record_joins_the_transaction_of_its_caller(conn: Connection, tenant: UUID):
    class Undo(Exception):  # noqa: N818 - a signal
        pass

    def fail_after_recording() -> None:
        with tenant_transaction(conn, tenant):
            record(conn, tenant, [PARCEL], clock=CLOCK, correlation_id=JOURNEY)
            raise Undo

    with pytest.raises(Undo):
        fail_after_recording()
    assert stored(conn, tenant) == stored(conn, tenant, "event_log") == []
