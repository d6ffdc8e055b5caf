"""Tenant south, which has nothing, asks for everything that tenant north has."""

import hashlib
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from reos.db import tenant_transaction
from reos.policy import permits

if TYPE_CHECKING:
    from tests.integration.conftest import Database
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio


class Belongings(NamedTuple):
    property_id: UUID
    memo_id: UUID
    batch_id: UUID
    review_id: UUID
    decision_id: UUID


@pytest.fixture
def api_database(warehouse: "Database") -> "Database":
    return warehouse


@pytest.fixture
def norths(world: "World") -> Belongings:
    """A property of north with score, memo, document and events, a pair and a decision, and the import of it all."""
    property_id, memo_id, batch_id, review_id = world.add_property(address_line="1 NORTH ST"), uuid4(), uuid4(), uuid4()
    world.describe(property_id, beds=3)
    world.score(property_id, 80)
    world.happen(property_id, count=2)
    world.add_memo(property_id, memo_id, b"%PDF-north")
    imported = {"profile": "NORTH", "file_name": "NORTH.csv", "file_sha256": b"", "logical_date": date(2026, 11, 24)}
    world.insert("app.import_batch", {"tenant_id": world.north, "batch_id": batch_id, **imported})
    other = world.add_property(deleted_at=world.clock.now())
    pair = {"property_id": property_id, "candidate_id": other}
    asked = {"evidence": "[]", "reason": "NORTH", "opened_at": world.clock.now()}
    world.insert("app.match_review", {"tenant_id": world.north, "review_id": review_id, **pair, **asked})
    return Belongings(property_id, memo_id, batch_id, review_id, decided(world))


def decided(world: "World") -> UUID:
    with world.database.connect("pipeline") as conn, tenant_transaction(conn, world.north):
        return permits.fetch(conn, world.north, "NORTH", "licensed", clock=world.clock).decision_id


BODIES: dict[str, dict[str, str]] = {
    "merge": {"absorbed_id": str(uuid4()), "reason": "the same home"},
    "unmerge": {"absorbed_id": str(uuid4()), "reason": "two homes"},
    "decision": {"verdict": "different"},
}


def addressed(app: FastAPI) -> list[tuple[str, str]]:
    """Every route with a tenant's id in its path; a provider is everybody's."""
    paths = app.openapi()["paths"]
    own = {path: methods for path, methods in paths.items() if "{" in path and "{provider}" not in path}
    return [(method.upper(), path) for path, methods in own.items() for method in methods]


async def test_another_tenants_ids_are_not_found_on_any_route(
    client: httpx.AsyncClient, app: FastAPI, sign_in: "SignIn", norths: Belongings
) -> None:
    headers = await sign_in("admin", "south")
    tried = addressed(app)
    for method, path in tried:
        body = BODIES.get(path.rpartition("/")[2])
        answer = await client.request(method, path.format(**norths._asdict()), headers=headers, json=body)
        assert (path, answer.status_code) == (path, 404)
        assert "NORTH" not in answer.text
    assert len(tried) == 22


async def test_the_owner_finds_the_same_ids(
    client: httpx.AsyncClient, app: FastAPI, sign_in: "SignIn", norths: Belongings
) -> None:
    headers = await sign_in("admin", "north")
    for method, path in addressed(app):
        if method == "GET" and not path.endswith("/stream"):
            answer = await client.get(path.format(**norths._asdict()), headers=headers)
            assert (path, answer.status_code) == (path, 200)


async def test_lists_of_another_tenant_are_empty(
    client: httpx.AsyncClient, sign_in: "SignIn", norths: Belongings, world: "World"
) -> None:
    headers = await sign_in("viewer", "south")
    answer = await client.get("/v1/properties", headers=headers)
    assert answer.json() == {"items": [], "next_cursor": None}
    mine = world.add_property(world.south)
    answer = await client.get("/v1/properties?q=north", headers=headers)
    assert answer.json()["items"] == []
    answer = await client.get("/v1/properties", headers=headers)
    assert [item["property_id"] for item in answer.json()["items"]] == [str(mine)]
    assert str(norths.property_id) not in answer.text


async def test_requests_of_two_tenants_on_one_connection_stay_apart(
    client: httpx.AsyncClient, sign_in: "SignIn", norths: Belongings, world: "World"
) -> None:
    southern = world.add_property(world.south)
    owners = {"north": norths.property_id, "south": southern}
    for turn in range(10):
        tenant = ("north", "south")[turn % 2]
        answer = await client.get("/v1/properties", headers=await sign_in("viewer", tenant))
        assert [item["property_id"] for item in answer.json()["items"]] == [str(owners[tenant])]


async def test_the_document_is_the_one_that_was_rendered(
    client: httpx.AsyncClient, sign_in: "SignIn", norths: Belongings
) -> None:
    headers = await sign_in("viewer")
    answer = await client.get(f"/v1/memos/{norths.memo_id}/pdf", headers=headers)
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF-north", "application/pdf")
    assert answer.headers["etag"] == f'"{hashlib.sha256(b"%PDF-north").hexdigest()}"'
    assert answer.headers["content-disposition"] == f'attachment; filename="memo-{norths.memo_id}.pdf"'
