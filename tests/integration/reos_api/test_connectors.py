"""Providers over HTTP: catalogue, breakers shared by all, and calls, health and money of the own tenant only."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest

from reos.connectors.catalogue import PROVIDERS
from reos_api.connectors.plan import Plan
from reos_api.connectors.schemas import Connector, ConnectorCallPage, ConnectorList, ProviderName

if TYPE_CHECKING:
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _county(world: "World") -> None:
    """Have a county that is covered; nobody is called there."""
    world.settings = world.settings.model_copy(update={"county_base_url": "http://127.0.0.1:1/county"})


def add_call(world: "World", provider: str, tenant_id: UUID | None = None, **columns: Any) -> UUID:
    """Insert a call of a minute ago that sold one record for 8 cents in 100 ms; `columns` overrides."""
    call_id = uuid4()
    row = {"call_id": call_id, "provider": provider, "dataset": "d", "request_hash": b"h", "http_status": 200}
    paid = {"outcome": "ok", "records": 1, "cost_microusd": 80_000, "latency_ms": 100}
    made = {"called_at": NOW - timedelta(minutes=1), **columns}
    world.insert("app.provider_call", {"tenant_id": tenant_id or world.north, **row, **paid, **made})
    return call_id


async def listed(client: httpx.AsyncClient, headers: dict[str, str], **query: Any) -> dict[str, Connector]:
    answer = await client.get("/v1/connectors", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    found = ConnectorList.model_validate_json(answer.content)
    return {str(each.provider): each for each in found.items}


async def one(client: httpx.AsyncClient, headers: dict[str, str], provider: str, **query: Any) -> Connector:
    answer = await client.get(f"/v1/connectors/{provider}", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return Connector.model_validate_json(answer.content)


async def calls(
    client: httpx.AsyncClient, headers: dict[str, str], provider: str = "attom", **query: Any
) -> ConnectorCallPage:
    answer = await client.get(f"/v1/connectors/{provider}/calls", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return ConnectorCallPage.model_validate_json(answer.content)


async def test_all_seven_providers_are_listed_with_sources_and_todays_price(
    client: httpx.AsyncClient, sign_in: "SignIn"
) -> None:
    found = await listed(client, await sign_in("viewer"))
    assert list(found) == [str(name) for name in ProviderName] == list(PROVIDERS)
    assert len(found) == 7
    attom = {source.source: source for source in found["attom"].sources}
    assert (attom["attom"].price_microusd, attom["attom"].licence, attom["attom"].kind) == (
        80_000,
        "licensed",
        "lookup",
    )
    assert "owner_name" in attom["attom"].fills
    assert "lookup_by_apn" in attom["attom"].capabilities
    assert all(each.sources for each in found.values())
    assert found["openaddresses"].sources[0].kind == "bulk"
    assert (found["attom"].spend.is_paid, found["county_assessor"].spend.is_paid) == (True, False)


async def test_before_anything_happened_it_says_that_nothing_is_known(
    client: httpx.AsyncClient, sign_in: "SignIn"
) -> None:
    attom = await one(client, await sign_in(), "attom")
    assert (attom.configured, attom.health.success_rate, attom.health.latency_p50_ms) == (None, None, None)
    assert (attom.health.calls, attom.health.state, attom.health.breakers) == (0, "closed", [])
    assert (attom.spend.has_budget, attom.spend.left_microusd) == (False, None)


async def test_health_counts_the_window_and_not_found_is_an_answer(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    for latency in (100, 200, 300):
        add_call(world, "attom", latency_ms=latency)
    add_call(world, "attom", outcome="not_found", records=0, cost_microusd=0, latency_ms=50)
    add_call(world, "attom", outcome="unavailable", http_status=503, records=0, cost_microusd=0, error="gone: HTTP 503")
    add_call(world, "attom", outcome="auth", called_at=NOW - timedelta(hours=3))
    health = (await one(client, await sign_in(), "attom", hours=1)).health
    assert (health.calls, health.success_rate, health.records, health.cost_microusd) == (5, 0.8, 3, 240_000)
    assert (health.latency_p50_ms, health.latency_p95_ms) == (100, 300)
    assert health.last_error
    assert (health.last_error.kind, health.last_error.http_status, health.last_error.detail) == (
        *("unavailable", 503),
        "gone: HTTP 503",
    )
    assert (await one(client, await sign_in(), "attom")).health.calls == 6


async def test_the_services_of_one_provider_are_counted_together(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    add_call(world, "census")
    add_call(world, "census_geocoder")
    assert (await one(client, await sign_in(), "census")).health.calls == 2
    assert len((await calls(client, await sign_in("admin"), "census")).items) == 2


async def test_breakers_are_the_same_for_all_and_the_worst_is_the_state(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    opened = {"state": "open", "failures": 3, "opened_at": NOW, "retry_at": NOW + timedelta(minutes=1)}
    told = {"last_error_kind": "unavailable", "last_error": "Unavailable (HTTP 503).", "last_error_at": NOW}
    world.insert("app.provider_health", {"provider": "county_assessor", "scope": "53033", **opened, **told})
    world.insert("app.provider_health", {"provider": "county_assessor", "scope": "17031"})
    for tenant in ("north", "south"):
        health = (await one(client, await sign_in("viewer", tenant), "county_assessor")).health
        assert (health.state, [each.scope for each in health.breakers]) == ("open", ["17031", "53033"])
        assert health.breakers[1].retry_at == NOW + timedelta(minutes=1)
        assert health.breakers[1].last_error == "Unavailable (HTTP 503)."


async def test_breakers_are_gauges_of_prometheus(client: httpx.AsyncClient, world: "World") -> None:
    opened = {"state": "open", "failures": 3, "opened_at": NOW, "retry_at": NOW, "last_ok_at": NOW}
    world.insert("app.provider_health", {"provider": "county_assessor", "scope": "53033", **opened})
    world.insert("app.provider_health", {"provider": "fema"})
    told = (await client.get("/metrics")).text
    assert 'reos_provider_breaker{provider="county_assessor",scope="53033"} 2.0' in told
    assert 'reos_provider_failures{provider="county_assessor",scope="53033"} 3.0' in told
    assert 'reos_provider_breaker{provider="fema",scope=""} 0.0' in told
    assert told.count("reos_provider_last_answer_timestamp_seconds{") == 1


async def test_what_the_pipeline_said_of_keys_is_shown(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    for source, configured in (("attom", False), ("county_assessor", True)):
        world.insert("app.source_status", {"source": source, "configured": configured, "checked_at": NOW})
    found = await listed(client, await sign_in())
    assert (found["attom"].configured, found["county_assessor"].configured, found["regrid"].configured) == (
        *(False, True),
        None,
    )


async def test_spend_of_today_and_this_month_and_what_is_left(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    key = {"tenant_id": world.north, "provider": "attom"}
    for period, cap, start, held, spent in (
        ("day", 1_000_000, "2026-11-24", 160_000, 80_000),
        ("month", 5_000_000, "2026-11-01", 160_000, 4_800_000),
        ("day", None, "2026-11-23", 0, 999_000),
    ):
        if cap:
            world.insert("app.budget", {**key, "period": period, "cap_microusd": cap})
        used = {"period": period, "period_start": start, "held_microusd": held, "spent_microusd": spent}
        world.insert("app.budget_usage", {**key, **used})
    spend = (await one(client, await sign_in(), "attom")).spend
    day, month = spend.periods
    assert (day.spent_microusd, day.held_microusd, day.left_microusd) == (80_000, 160_000, 760_000)
    assert (month.spent_microusd, month.left_microusd) == (4_800_000, 40_000)
    assert (spend.has_budget, spend.left_microusd) == (True, 40_000)
    southern = (await one(client, await sign_in("analyst", "south"), "attom")).spend
    assert (southern.has_budget, [each.spent_microusd for each in southern.periods]) == (False, [0, 0])


async def test_calls_are_paged_newest_first_and_narrowed(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    headers, house = await sign_in("admin"), uuid4()
    made = [add_call(world, "attom", called_at=NOW - timedelta(seconds=each)) for each in range(4)]
    same = add_call(world, "attom", called_at=NOW, outcome="auth", property_id=house, error="key refused")
    add_call(world, "regrid")
    seen: list[UUID] = []
    cursor: str | None = None
    for _ in range(3):
        page = await calls(client, headers, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item.call_id for item in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert sorted(seen) == sorted([*made, same])
    assert seen[2:] == made[1:]
    (refused,) = (await calls(client, headers, outcome="auth")).items
    assert (refused.call_id, refused.error, refused.property_id) == (same, "key refused", house)
    assert len((await calls(client, headers, property_id=str(house))).items) == 1


@pytest.mark.parametrize("query", [{"cursor": "nonsense"}, {"outcome": "gremlins"}, {"limit": 0}])
async def test_a_query_that_means_nothing_is_refused(
    client: httpx.AsyncClient, sign_in: "SignIn", query: dict[str, Any]
) -> None:
    answer = await client.get("/v1/connectors/attom/calls", params=query, headers=await sign_in("admin"))
    assert answer.status_code == 422


async def test_another_tenants_calls_are_neither_listed_nor_counted(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    add_call(world, "attom", error="NORTH", outcome="unavailable")
    headers = await sign_in("admin", "south")
    answer = await client.get("/v1/connectors", headers=headers)
    assert "NORTH" not in answer.text
    assert (await one(client, headers, "attom")).health.calls == 0
    assert (await calls(client, headers)).items == []
    assert len((await calls(client, await sign_in("admin"))).items) == 1


async def test_every_role_sees_health_and_only_administrators_the_calls(
    client: httpx.AsyncClient, sign_in: "SignIn"
) -> None:
    seen = {}
    for role in ("admin", "analyst", "underwriter", "ops", "viewer"):
        headers = await sign_in(role)
        paths = ("/v1/connectors", "/v1/connectors/fema", "/v1/connectors/fema/calls")
        seen[role] = [(await client.get(path, headers=headers)).status_code for path in paths]
    assert seen.pop("admin") == [200, 200, 200]
    assert set(map(tuple, seen.values())) == {(200, 200, 403)}


async def test_a_provider_that_does_not_exist_is_refused(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    assert (await client.get("/v1/connectors/acme", headers=await sign_in())).status_code == 422


async def test_an_unchanged_list_is_not_sent_again(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    headers = await sign_in()
    tag = (await client.get("/v1/connectors", headers=headers)).headers["etag"]
    again = await client.get("/v1/connectors", headers={**headers, "if-none-match": tag})
    assert again.status_code == 304


async def planned(client: httpx.AsyncClient, headers: dict[str, str], *ids: UUID, **more: Any) -> Plan:
    body = {"property_ids": [str(each) for each in ids], **more}
    answer = await client.post("/v1/connectors/plan", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return Plan.model_validate_json(answer.content)


async def test_a_plan_says_whom_to_ask_why_and_for_how_much(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    house = world.add_property(apn="6207088974", apn_key="6207088974", county_fips="53033")
    for source in ("attom", "county_assessor"):
        world.insert("app.source_status", {"source": source, "configured": True, "checked_at": NOW})
    for period in ("day", "month"):
        key = {"tenant_id": world.north, "provider": "attom", "period": period}
        world.insert("app.budget", {**key, "cap_microusd": 1_000_000})
    plan = await planned(client, await sign_in("viewer"), house, house)
    (mine,) = plan.plans
    steps = {step.source: step for step in mine.steps}
    assert (plan.properties, plan.unknown, plan.cost_at_most_microusd) == (1, [], 80_000)
    assert (steps["county_assessor"].choice, steps["attom"].choice) == ("ask", "perhaps")
    assert {"owner_name", "living_sqft"} <= {gap.fact for gap in mine.gaps if gap.required}
    assert all(step.reason for step in mine.steps)
    forecast = {each.source: each for each in plan.sources}
    assert (forecast["attom"].asks_at_most, forecast["attom"].budget_left_microusd) == (1, 1_000_000)
    stored = world.database.connect("superuser").execute("select count(*) as n from app.provider_call").fetchone()
    assert stored == {"n": 0}


async def test_a_plan_for_another_tenants_property_knows_nothing_of_it(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    house = world.add_property(apn="6207088974", apn_key="6207088974", county_fips="53033")
    plan = await planned(client, await sign_in("admin", "south"), house)
    assert (plan.properties, plan.unknown, plan.plans, plan.cost_at_most_microusd) == (0, [house], [], 0)


@pytest.mark.parametrize(
    "body",
    [{"property_ids": []}, {"property_ids": [str(uuid4())] * 501}, {"property_ids": ["x"]}, {"ids": []}],
)
async def test_a_plan_for_nothing_or_too_much_is_refused(
    client: httpx.AsyncClient, sign_in: "SignIn", body: dict[str, Any]
) -> None:
    answer = await client.post("/v1/connectors/plan", json=body, headers=await sign_in())
    assert answer.status_code == 422
