"""Taking leads in over HTTP: one property, one event, one answer."""

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio

LEAD = {"address": "1201 Aurora Ave N, Seattle, WA 98103"}
PARCEL = {"apn": "7129300520", "county_fips": "53033"}


def events(world: "World") -> list[dict[str, Any]]:
    with world.database.connect("superuser") as conn:
        return conn.execute("select * from app.event_log order by seq").fetchall()


def count(world: "World", table: str) -> int:
    with world.database.connect("superuser") as conn:
        return conn.execute(sql.SQL("select from app.{}").format(sql.Identifier(table))).rowcount


async def post(
    client: httpx.AsyncClient, headers: dict[str, str], body: object = None, key: str = ""
) -> httpx.Response:
    extra = {"idempotency-key": key} if key else {}
    return await client.post("/v1/properties", json=body or LEAD, headers={**headers, **extra})


@pytest.mark.parametrize("lead", [LEAD, PARCEL, {**PARCEL, **LEAD}], ids=["address", "parcel", "both"])
async def test_a_lead_becomes_a_property_and_an_event(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World", lead: dict[str, str]
) -> None:
    answer = await post(client, await sign_in(), lead)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["created"], body["outcome"]) == (True, "created")
    assert answer.headers["location"] == f"/v1/properties/{body['property_id']}"
    [event] = events(world)
    assert (event["event_type"], str(event["property_id"])) == ("property.discovered", body["property_id"])
    assert event["metadata"]["source"] == "api"
    assert event["metadata"]["user_id"]


async def test_the_same_lead_again_is_known_and_tells_nothing(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    headers = await sign_in()
    first, again = await post(client, headers), await post(client, headers, {"address": LEAD["address"].upper()})
    assert (again.status_code, again.json()["created"]) == (200, False)
    assert again.json()["property_id"] == first.json()["property_id"]
    assert len(events(world)) == 1


async def test_two_tenants_have_a_property_each(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    north = await post(client, await sign_in(tenant="north"))
    south = await post(client, await sign_in(tenant="south"))
    assert (north.status_code, south.status_code) == (201, 201)
    assert north.json()["property_id"] != south.json()["property_id"]


REFUSED = {
    "nothing": {},
    "a parcel without its county": {"apn": "1"},
    "an unknown member": {**LEAD, "owner": "x"},
    "a number for text": {"address": 12345},
    "a character no database stores": {"address": "1 Main\0 St, Seattle, WA 98103"},
    "a list": [LEAD],
    "no address": {"address": "not an address"},
    "an unknown county": {"apn": "7129300520", "county_fips": "99999"},
    "a county of another state": {**PARCEL, "address": "1 Main St, Portland, OR 97201"},
    "a latitude beyond the pole": {**LEAD, "latitude": 91.0},
}


async def test_a_lead_that_names_no_property_is_refused_and_nothing_is_written(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    headers = await sign_in()
    for name, lead in REFUSED.items():
        answer = await client.post("/v1/properties", json=lead, headers={**headers, "idempotency-key": name})
        assert (name, answer.status_code) == (name, 422)
        assert answer.json()["detail"]
    assert [count(world, table) for table in ("property", "event_log", "idempotency_key")] == [0, 0, 0]


async def test_broken_json_is_refused(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    headers = {**await sign_in(), "content-type": "application/json"}
    for content in (b"{", b"\xff\xfe", b"", b"[" * 100_000, b'{"address": "1 Main \\ud800 St, Seattle, WA"}'):
        answer = await client.post("/v1/properties", content=content, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_a_repeated_request_has_one_effect_and_the_same_answer(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    headers = await sign_in()
    first = await post(client, headers, key="k")
    for _ in range(3):
        again = await post(client, headers, key="k")
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["idempotent-replayed"] == "true"
        assert again.headers["location"] == first.headers["location"]
    assert "idempotent-replayed" not in first.headers
    assert len(events(world)) == 1


async def test_a_key_used_for_another_request_is_refused(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    headers = await sign_in()
    await post(client, headers, key="k")
    answer = await post(client, headers, PARCEL, key="k")
    assert answer.status_code == 422
    assert "another request" in answer.json()["detail"]


async def test_a_key_belongs_to_its_user(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    await post(client, await sign_in("analyst"), key="k")
    answer = await post(client, await sign_in("admin"), PARCEL, key="k")
    assert answer.status_code == 201


async def test_twenty_equal_requests_at_once_have_one_effect(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    headers = await sign_in()
    answers = await asyncio.gather(*(post(client, headers, key="k") for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.json()["property_id"] for answer in done}) == 1
    assert [count(world, table) for table in ("property", "event_log", "idempotency_key")] == [1, 1, 1]
