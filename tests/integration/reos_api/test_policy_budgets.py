"""Budgets over HTTP: their use, and setting a cap."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from reos.core.money import MicroUsd
from reos.db import seed, tenant_transaction
from reos.policy import budgets
from reos_api.policy.schemas import Budget, BudgetList

if TYPE_CHECKING:
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio
PRICE = MicroUsd(80_000)


def spend(world: "World", units: int, *, settle: bool) -> None:
    conn = world.database.connect("pipeline")
    with tenant_transaction(conn, world.north):
        spent = budgets.spend(conn, world.north, "attom", PRICE, units, clock=world.clock)
        assert spent.grant is not None
    with tenant_transaction(conn, world.north):
        if settle:
            budgets.settle(conn, spent.grant.hold_id, spent.grant.amount, at=world.clock.now())


def cap(world: "World", microusd: int, period: str = "day", tenant_id: UUID | None = None) -> None:
    owner = world.database.connect("owner")
    seed.seed_budget(owner, tenant_id or world.north, "attom", period, MicroUsd(microusd))


async def listed(client: httpx.AsyncClient, sign_in: "SignIn") -> dict[str, Budget]:
    answer = await client.get("/v1/policy/budgets", headers=await sign_in("admin"))
    assert answer.status_code == 200, answer.text
    return {item.period.value: item for item in BudgetList.model_validate_json(answer.content).items}


async def put(client: httpx.AsyncClient, headers: dict[str, str], path: str, body: Any) -> httpx.Response:
    return await client.put(f"/v1/policy/budgets/{path}", json=body, headers=headers)


async def test_a_budget_is_shown_with_its_use_in_the_running_period(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    cap(world, 800_000)
    cap(world, 8_000_000, "month")
    cap(world, 1, "day", world.south)
    spend(world, 5, settle=True)
    spend(world, 2, settle=False)
    found = await listed(client, sign_in)
    day, month = found["day"], found["month"]
    assert (day.held_microusd, day.spent_microusd, day.left_microusd) == (160_000, 400_000, 240_000)
    assert (day.alert_percents, day.alerts_told) == ([50, 80, 100], [50])
    assert (month.left_microusd, month.alerts_told) == (8_000_000 - 560_000, [])
    assert (day.period_start.isoformat(), month.period_start.isoformat()) == ("2026-11-24", "2026-11-01")
    world.later(hours=13)
    sign_in.known.clear()  # the token is too old by now
    new_day = (await listed(client, sign_in))["day"]
    assert (new_day.held_microusd, new_day.spent_microusd, new_day.alerts_told) == (0, 0, [])


async def test_an_admin_sets_a_cap_once_and_it_is_told_with_the_one_before(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    cap(world, 800_000)
    headers = {**await sign_in("admin"), "idempotency-key": "k"}
    body = {"cap_microusd": 500_000, "alert_percents": [90, 25, 90]}
    answers = [await put(client, headers, "attom/day", body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].headers["idempotent-replayed"] == "true"
    day = (await listed(client, sign_in))["day"]
    assert (day.cap_microusd, day.alert_percents) == (500_000, [25, 90])
    with world.database.connect("superuser") as conn:
        query = "select payload, metadata from app.event_log where payload ->> 'kind' = 'budget_changed'"
        (event,) = conn.execute(query).fetchall()
    assert event["payload"] == {
        "kind": "budget_changed",
        "provider": "attom",
        "period": "day",
        "cap_microusd": 500_000,
        "cap_before_microusd": 800_000,
    }
    assert event["metadata"]["user_id"]


async def test_a_cap_set_without_alerts_keeps_those_that_are_set(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    headers = await sign_in("admin")
    await put(client, headers, "regrid/month", {"cap_microusd": 1, "alert_percents": [10]})
    await put(client, headers, "regrid/month", {"cap_microusd": 2})
    month = (await listed(client, sign_in))["month"]
    assert (month.cap_microusd, month.alert_percents, month.left_microusd) == (2, [10], 2)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nobody/day", {"cap_microusd": 1}, 404),
        ("county_assessor/day", {"cap_microusd": 1}, 404),
        ("attom/week", {"cap_microusd": 1}, 422),
        ("attom/day", {"cap_microusd": -1}, 422),
        ("attom/day", {"cap_microusd": 1, "alert_percents": [101]}, 422),
        ("attom/day", {"cap_microusd": "1"}, 422),
        ("attom/day", {}, 422),
    ],
)
async def test_a_cap_that_means_nothing_is_refused(
    client: httpx.AsyncClient, sign_in: "SignIn", path: str, body: Any, status: int
) -> None:
    answer = await put(client, await sign_in("admin"), path, body)
    assert answer.status_code == status, answer.text


async def test_only_an_admin_sets_caps(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    answer = await put(client, await sign_in("ops"), "attom/day", {"cap_microusd": 1})
    assert (answer.status_code, answer.json()["remedy"]) == (403, "Allowed for Admin.")
