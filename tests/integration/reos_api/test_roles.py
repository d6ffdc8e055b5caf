"""Who may call what, and what is remembered of it."""

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from reos.policy.kernel import Action, Role, roles_allowed

if TYPE_CHECKING:
    from tests.integration.conftest import Database
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio

ID = "{property_id}"
ROUTES = {
    ("GET", "/v1/properties"): Action.PROPERTIES_READ,
    ("POST", "/v1/properties"): Action.PROPERTIES_CREATE,
    ("GET", "/v1/properties/export"): Action.PROPERTIES_READ,
    ("POST", "/v1/properties/import"): Action.PROPERTIES_CREATE,
    ("GET", "/v1/imports"): Action.PROPERTIES_READ,
    ("GET", "/v1/imports/{batch_id}"): Action.PROPERTIES_READ,
    ("DELETE", "/v1/imports/{batch_id}"): Action.PROPERTIES_CREATE,
    ("GET", "/v1/imports/{batch_id}/rejections"): Action.PROPERTIES_READ,
    ("GET", "/v1/imports/{batch_id}/rejections.csv"): Action.PROPERTIES_READ,
    ("POST", "/v1/imports/{batch_id}/commit"): Action.PROPERTIES_CREATE,
    ("POST", "/v1/imports/{batch_id}/undo"): Action.PROPERTIES_CREATE,
    ("GET", f"/v1/properties/{ID}"): Action.PROPERTIES_READ,
    ("GET", f"/v1/properties/{ID}/score"): Action.PROPERTIES_READ,
    ("GET", f"/v1/properties/{ID}/score/history"): Action.PROPERTIES_READ,
    ("GET", f"/v1/properties/{ID}/provenance"): Action.PROPERTIES_READ,
    ("GET", f"/v1/properties/{ID}/memos"): Action.MEMOS_READ,
    ("POST", f"/v1/properties/{ID}/memos"): Action.MEMOS_REQUEST,
    ("GET", f"/v1/properties/{ID}/timeline"): Action.TIMELINE_READ,
    ("GET", f"/v1/properties/{ID}/stream"): Action.TIMELINE_READ,
    ("POST", f"/v1/properties/{ID}/merge"): Action.PROPERTIES_UPDATE,
    ("POST", f"/v1/properties/{ID}/unmerge"): Action.PROPERTIES_UPDATE,
    ("GET", f"/v1/properties/{ID}/merges"): Action.PROPERTIES_READ,
    ("GET", "/v1/matches"): Action.PROPERTIES_READ,
    ("GET", "/v1/matches/{review_id}"): Action.PROPERTIES_READ,
    ("POST", "/v1/matches/{review_id}/decision"): Action.PROPERTIES_UPDATE,
    ("GET", "/v1/policy/decisions"): Action.POLICY_READ,
    ("GET", "/v1/policy/decisions/{decision_id}"): Action.POLICY_READ,
    ("GET", "/v1/policy/rules"): Action.POLICY_READ,
    ("GET", "/v1/policy/budgets"): Action.POLICY_READ,
    ("PUT", "/v1/policy/budgets/{provider}/{period}"): Action.SETTINGS_MANAGE,
    ("GET", "/v1/policy/price-book"): Action.POLICY_READ,
    ("GET", "/v1/policy/costs"): Action.POLICY_READ,
    ("GET", "/v1/connectors"): Action.PROPERTIES_READ,
    ("POST", "/v1/connectors/plan"): Action.PROPERTIES_READ,
    ("GET", "/v1/connectors/{provider}"): Action.PROPERTIES_READ,
    ("GET", "/v1/connectors/{provider}/calls"): Action.POLICY_READ,
    ("GET", "/v1/events/stream"): Action.TIMELINE_READ,
    ("GET", "/v1/memos/{memo_id}"): Action.MEMOS_READ,
    ("GET", "/v1/memos/{memo_id}/pdf"): Action.MEMOS_READ,
}
OPEN = {
    "/v1/auth/login",
    "/v1/auth/refresh",
    "/v1/health/live",
    "/v1/health/ready",
    "/v1/health/db",
    "/v1/health/cache",
}
SIGNED_IN = {"/v1/auth/me", "/v1/auth/logout"}


def routes(app: FastAPI) -> set[tuple[str, str]]:
    document = app.openapi()
    return {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}


async def call(client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    ids = {name: uuid4() for name in ("property_id", "memo_id", "batch_id", "review_id", "decision_id")}
    url = path.format(**ids, provider="attom", period="day")
    return await client.request(method, url, headers=headers, json={"apn": "x"} if method == "POST" else None)


def decisions(world: "World", action: Action) -> list[dict[str, Any]]:
    query = "select * from app.policy_decision where action = %s order by decided_at, decision_id"
    with world.database.connect("superuser") as conn:
        return conn.execute(query, (action,)).fetchall()


@pytest.fixture
def api_database(warehouse: "Database") -> "Database":
    return warehouse


async def test_every_route_is_in_the_table_above(app: FastAPI) -> None:
    known = {*ROUTES, *((m, path) for m in ("GET", "POST") for path in OPEN | SIGNED_IN)}
    assert routes(app) - known == set()
    assert set(ROUTES) - routes(app) == set()


async def test_every_route_but_the_open_ones_needs_a_token(client: httpx.AsyncClient, app: FastAPI) -> None:
    for method, path in routes(app):
        if path not in OPEN:
            answer = await call(client, method, path, {})
            assert (path, answer.status_code) == (path, 401)


async def test_each_role_reaches_exactly_the_routes_of_its_permissions(
    client: httpx.AsyncClient, sign_in: "SignIn"
) -> None:
    for role in Role:
        headers = await sign_in(role.lower())
        for (method, path), action in ROUTES.items():
            if path == "/v1/events/stream" and role in roles_allowed(action):
                continue  # would stay open; the stream has its own tests
            answer = await call(client, method, path, headers)
            refused = answer.status_code == 403
            assert (role, path, refused) == (role, path, role not in roles_allowed(action))


async def test_a_refusal_names_the_rule_and_who_may(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    answer = await client.post("/v1/properties", json={"address": "1 Main St"}, headers=await sign_in("viewer"))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert answer.json()["detail"].startswith("Default deny: no rule permits the role Viewer")
    assert answer.json()["remedy"] == "Allowed for Admin, Analyst."


async def test_a_refusal_and_a_permit_to_change_are_stored_before_the_answer(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    for role in ("viewer", "analyst"):
        await client.post("/v1/properties", json={"address": "not one"}, headers=await sign_in(role))
    refused, allowed = decisions(world, Action.PROPERTIES_CREATE)
    assert (refused["allow"], refused["principal"]["role"], refused["policy_ids"]) == (False, "Viewer", [])
    assert (allowed["allow"], allowed["policy_ids"]) == (True, ["analyst-properties"])
    assert allowed["tenant_id"] == world.north
    assert allowed["decided_at"] == world.clock.now()
    assert len(allowed["inputs_hash"]) == 32


async def test_a_permit_to_read_is_stored_once_for_each_thing_read(
    client: httpx.AsyncClient, app: FastAPI, sign_in: "SignIn", world: "World"
) -> None:
    headers = await sign_in("viewer")
    house = UUID(int=7)
    for _ in range(3):
        await client.get("/v1/properties", headers=headers)
        await client.get(f"/v1/properties/{house}", headers=headers)
    await app.state.services.decisions.flush()
    stored = decisions(world, Action.PROPERTIES_READ)
    assert [(row["allow"], row["resource"]["id"]) for row in stored] == [(True, None), (True, str(house))]


async def test_the_recorder_stores_by_itself(client: httpx.AsyncClient, sign_in: "SignIn", world: "World") -> None:
    await client.get("/v1/properties", headers=await sign_in("viewer"))
    for _ in range(50):
        if decisions(world, Action.PROPERTIES_READ):
            return
        await asyncio.sleep(0.1)
    pytest.fail("not stored within five seconds")
