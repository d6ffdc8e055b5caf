"""Decisions, rules, prices and costs over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest

from reos.db import tenant_transaction
from reos.policy import audit, permits
from reos.policy.kernel import Action, Principal, Resource, Role, current_rules, decide
from reos_api.policy.schemas import CostList, PolicyDecisionDetail, PolicyDecisionPage, PolicyRuleList, PriceList

if TYPE_CHECKING:
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio
HOUSE = UUID(int=7)


def fetch(world: "World", source: str, licence: str, tenant_id: UUID | None = None) -> UUID:
    conn = world.database.connect("pipeline")
    with tenant_transaction(conn, tenant_id or world.north):
        return permits.fetch(conn, tenant_id or world.north, source, licence, clock=world.clock).decision_id


def read_house(world: "World", role: Role = Role.VIEWER, action: Action = Action.PROPERTIES_READ) -> UUID:
    decision = decide(Principal("u", world.north, role), action, Resource("Property", world.north, str(HOUSE)), {})
    conn = world.database.connect("app")
    with tenant_transaction(conn, world.north):
        return audit.record(conn, decision, clock=world.clock)


async def page(client: httpx.AsyncClient, sign_in: "SignIn", **query: Any) -> PolicyDecisionPage:
    answer = await client.get("/v1/policy/decisions", params=query, headers=await sign_in("admin"))
    assert answer.status_code == 200, answer.text
    return PolicyDecisionPage.model_validate_json(answer.content)


async def test_decisions_are_listed_newest_first_and_narrowed(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    asked = fetch(world, "attom", "licensed")
    world.later(minutes=1)
    refused = fetch(world, "zillow_page", "prohibited")
    world.later(minutes=1)
    house = read_house(world)
    fetch(world, "attom", "licensed", world.south)
    narrowed = {
        "all": await page(client, sign_in, kind="Source"),
        "allow": await page(client, sign_in, allow=False),
        "action": await page(client, sign_in, action="sources:fetch", allow=True),
        "since": await page(client, sign_in, since=(world.clock.now() - timedelta(seconds=1)).isoformat()),
        "resource": await page(client, sign_in, resource=str(HOUSE)),
    }
    found = {name: [item.decision_id for item in result.items] for name, result in narrowed.items()}
    assert found == {
        "all": [refused, asked],
        "allow": [refused],
        "action": [asked],
        "since": [house],
        "resource": [house],
    }
    (item,) = narrowed["allow"].items
    assert (item.policy_ids, item.resource["id"]) == (["prohibited-source"], "zillow_page")
    assert item.reasons == ["The source's terms forbid automated collection."]
    assert (item.principal.kind, item.principal.id) == ("Service", "enrichment")


async def test_pages_follow_each_other_without_gap_or_repeat(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    made = []
    for number in range(5):
        made.append(fetch(world, "attom", "licensed"))
        world.later(seconds=number % 2)  # some at the same instant
    seen, cursor = [], None
    while True:
        found = await page(client, sign_in, kind="Source", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item.decision_id for item in found.items]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert len(seen) == 5
    assert set(seen) == set(made)
    for bad in ("x", "W10"):
        answer = await client.get("/v1/policy/decisions", params={"cursor": bad}, headers=await sign_in("admin"))
        assert answer.status_code == 422


async def test_a_decision_is_explained_by_the_rules_that_made_it(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    decision_id = fetch(world, "zillow_page", "prohibited")
    answer = await client.get(f"/v1/policy/decisions/{decision_id}", headers=await sign_in("admin"))
    assert answer.status_code == 200, answer.text
    found = PolicyDecisionDetail.model_validate_json(answer.content)
    (rule,) = found.rules
    assert (rule.id, rule.group, rule.effect) == ("prohibited-source", "licence", "forbid")
    assert rule.remedy == "Use its published research files or its licensed interface instead."
    assert (found.replay, found.now, found.policy_version) == ("same", "refuse", current_rules().version)
    assert len(found.inputs_hash) == 64


async def test_what_is_another_tenants_or_nobodys_is_not_found(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    for decision_id in (fetch(world, "attom", "licensed", world.south), uuid4()):
        answer = await client.get(f"/v1/policy/decisions/{decision_id}", headers=await sign_in("admin"))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_decision_of_rules_that_were_not_kept_cannot_be_replayed_and_says_so(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    decision_id = read_house(world)
    with world.database.connect("superuser") as conn:
        conn.execute("set session_replication_role = replica")  # past the triggers and the reference to the rules
        conn.execute("update app.policy_decision set policy_version = 'ancient', allow = false")
    answer = await client.get(f"/v1/policy/decisions/{decision_id}", headers=await sign_in("admin"))
    found = PolicyDecisionDetail.model_validate_json(answer.content)
    assert (found.replay, found.now, found.rules) == ("impossible", "permit", [])


async def test_the_rules_are_those_in_force(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    answer = await client.get("/v1/policy/rules", headers=await sign_in("admin"))
    found = PolicyRuleList.model_validate_json(answer.content)
    assert {item.id for item in found.items} == set(current_rules().rules)
    assert {item.group for item in found.items} == {"rbac", "budget", "licence", "outreach", "data-use"}
    again = await client.get(
        "/v1/policy/rules", headers={**await sign_in("admin"), "if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def test_the_price_book_says_which_price_is_in_force(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    answer = await client.get("/v1/policy/price-book", headers=await sign_in("admin"))
    found = PriceList.model_validate_json(answer.content)
    prices = {(item.provider, item.dataset): item for item in found.items if item.in_force}
    assert prices["attom", "expanded_profile"].microusd == 80_000


def call(world: "World", cost: int, at: datetime, tenant_id: UUID | None = None, dataset: str = "parcel") -> None:
    row = {"provider": "regrid", "dataset": dataset, "request_hash": b"h", "outcome": "ok", "records": 2}
    ids = {"tenant_id": tenant_id or world.north, "call_id": uuid4()}
    world.insert("app.provider_call", {**ids, **row, "cost_microusd": cost, "called_at": at})


async def test_costs_are_summed_a_day_provider_and_dataset(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    headers = await sign_in("admin")
    today = datetime(2026, 11, 24, tzinfo=UTC)
    call(world, 20_000, today)
    call(world, 40_000, today + timedelta(hours=23, minutes=59))
    call(world, 20_000, today - timedelta(seconds=1))
    call(world, 99_000, today - timedelta(days=60))
    call(world, 77_000, today, world.south)
    answer = await client.get("/v1/policy/costs", headers=headers)
    found = CostList.model_validate_json(answer.content)
    assert [(item.day.day, item.calls, item.records, item.cost_microusd) for item in found.items] == [
        (24, 2, 4, 60_000),
        (23, 1, 2, 20_000),
    ]
    assert found.total_microusd == 80_000
    asked = {"since": "2026-11-24", "until": "2026-11-24"}
    answer = await client.get("/v1/policy/costs", params=asked, headers=headers)
    assert answer.json()["total_microusd"] == 60_000
    answer = await client.get("/v1/policy/costs", params={"since": "2020-01-01"}, headers=headers)
    assert answer.status_code == 422
