"""A point that cannot be right: the API does not show it as the property's place, and says why."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.integration.conftest import Database
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio

REASON = "It lies outside of WA."


@pytest.fixture
def api_database(warehouse: "Database") -> "Database":
    return warehouse


async def test_a_flagged_point_is_not_the_place_of_a_property_and_its_reason_is_told(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    house = world.add_property(address_line="1 MAIN ST", zip5="98103", latitude=-47.6, longitude=-122.3)
    headers = await sign_in("viewer")
    before = (await client.get(f"/v1/properties/{house}", headers=headers)).json()
    assert (before["latitude"], before["longitude"]) == (-47.6, -122.3)  # not resolved yet: what the lead says

    world.describe(house, city="Seattle")
    when = datetime(2026, 11, 24, 12, tzinfo=UTC)
    point = {"latitude": -47.6, "longitude": -122.3, "quality": "stated", "flagged": True, "reason": REASON}
    row = {"source": "lead", "logical_date": when.date(), "fetched_at": when, "licence": "user", "body": "{}"}
    key = {"tenant_id": world.north, "property_id": house, "body_sha256": b"0" * 32}
    world.insert("raw.geocode_point", {**key, **row, **point})
    after = (await client.get(f"/v1/properties/{house}", headers=headers)).json()
    assert (after["latitude"], after["longitude"], after["city"]) == (None, None, "Seattle")
    (listed,) = (await client.get("/v1/properties", headers=headers)).json()["items"]
    assert (listed["latitude"], listed["longitude"]) == (None, None)
    told = next(field for field in after["provenance"] if field["field"] == "latitude")
    assert (told["value"], told["source"], told["label"]) == (None, None, None)
    assert told["rule"] == "no source has a value that may be used"
    (candidate,) = told["candidates"]
    assert (candidate["source"], candidate["value"], candidate["rejected"]) == ("lead", "-47.6", REASON)
