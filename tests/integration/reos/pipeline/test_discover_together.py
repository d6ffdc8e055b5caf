"""Leads that arrive at the same moment, over two connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from reos.core.clock import FixedClock
from reos.core.errors import ConflictError
from reos.db import tenant_transaction
from reos.pipeline.discover import Discovered, Lead, discover
from reos.property import repository
from reos.property.identity import Claim, identify

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
HOUSE = Lead(address="12 N Main St, Seattle, WA 98101")
PARCEL = Lead(**{**vars(HOUSE), "apn": "7129300520", "county_fips": "53033"})


@pytest.mark.parametrize("leads", [(HOUSE, HOUSE), (PARCEL, PARCEL), (HOUSE, PARCEL)])
def test_leads_at_the_same_moment_make_one_property(
    database: "Database", two_tenants: tuple[UUID, UUID], leads: tuple[Lead, Lead]
):
    together = Barrier(2)

    def take(lead: Lead) -> Discovered:
        conn = database.connect("app", autocommit=True)
        together.wait(timeout=10)
        (found,) = discover(conn, two_tenants[0], [lead], clock=CLOCK, correlation_id=uuid4())
        return found

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(take, leads)
    assert first.property_id == second.property_id
    assert sorted((first.created, second.created)) == [False, True]


def test_a_parcel_that_an_import_brings_meanwhile_is_a_conflict_and_not_a_crash(
    database: "Database", two_tenants: tuple[UUID, UUID]
):
    identity = identify(Claim(apn="7129300520", county_fips="53033"))
    conn = database.connect("app", autocommit=True)
    with tenant_transaction(conn, two_tenants[0]):
        repository.insert(conn, two_tenants[0], uuid4(), identity, "import", CLOCK.now())
        with pytest.raises(ConflictError, match="53033:7129300520"):
            repository.insert(conn, two_tenants[0], uuid4(), identity, "api", CLOCK.now())
