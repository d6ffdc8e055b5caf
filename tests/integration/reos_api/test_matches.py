"""The review queue, merging and unmerging over HTTP."""

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest

from reos_api.matches.schemas import MatchDecided, MatchDetail, MatchPage
from reos_api.properties.merges import MergeList, MergeResult
from reos_api.properties.schemas import IntakeResult

if TYPE_CHECKING:
    from tests.integration.conftest import Database
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio
Headers = dict[str, str]


@pytest.fixture
def api_database(warehouse: "Database") -> "Database":
    return warehouse


async def take(client: httpx.AsyncClient, headers: Headers, line: str) -> IntakeResult:
    body = {"address": f"{line}, Seattle, WA 98101"}
    answer = await client.post("/v1/properties", json=body, headers=headers)
    assert answer.status_code in {200, 201}, answer.text
    return IntakeResult.model_validate_json(answer.content)


async def queue(client: httpx.AsyncClient, headers: Headers, **query: Any) -> MatchPage:
    answer = await client.get("/v1/matches", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return MatchPage.model_validate_json(answer.content)


async def merge(
    client: httpx.AsyncClient, headers: Headers, survivor: UUID, absorbed: UUID, verb: str = "merge", key: str = ""
) -> httpx.Response:
    body = {"absorbed_id": str(absorbed), "reason": "one home"}
    extra = {"idempotency-key": key} if key else {}
    return await client.post(f"/v1/properties/{survivor}/{verb}", json=body, headers={**headers, **extra})


async def doubt(client: httpx.AsyncClient, headers: Headers) -> tuple[UUID, UUID, UUID]:
    """Bring a unit and its building's line; return both and the review that asks about them."""
    unit, line = await take(client, headers, "100 Pine St Apt 1"), await take(client, headers, "100 Pine St")
    assert line.may_be == [unit.property_id]
    (found,) = (await queue(client, headers)).items
    return unit.property_id, line.property_id, found.review_id


async def test_a_lead_that_is_certainly_known_is_merged_at_once(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    headers = await sign_in()
    home, again = await take(client, headers, "67 Main St"), await take(client, headers, "67 Main")
    assert (again.property_id, again.created, again.outcome) == (home.property_id, False, "merged")
    assert again.absorbed_id not in {None, home.property_id}
    listed = (await client.get("/v1/properties", headers=headers)).json()["items"]
    assert [item["property_id"] for item in listed] == [str(home.property_id)]


async def test_the_queue_shows_both_sides_and_the_detail_the_evidence(
    client: httpx.AsyncClient, sign_in: "SignIn"
) -> None:
    headers = await sign_in()
    unit, line, review_id = await doubt(client, headers)
    (found,) = (await queue(client, headers, status="open")).items
    assert (found.property.property_id, found.candidate.property_id) == (line, unit)
    assert (found.property.address, found.candidate.unit) == ("100 PINE ST", "APT 1")
    assert (await queue(client, headers, status="same")).items == []
    answer = await client.get(f"/v1/matches/{review_id}", headers=headers)
    detail = MatchDetail.model_validate_json(answer.content)
    (unit_field,) = [item for item in detail.evidence.fields if item.field == "unit"]
    assert (unit_field.property, unit_field.candidate, unit_field.outcome) == ("", "APT 1", "doubtful")
    unchanged = await client.get(
        f"/v1/matches/{review_id}", headers={**headers, "if-none-match": answer.headers["etag"]}
    )
    assert unchanged.status_code == 304


async def test_the_queue_is_paged_oldest_first(client: httpx.AsyncClient, sign_in: "SignIn", world: "World") -> None:
    headers = await sign_in()
    for number in range(3):
        await take(client, headers, f"{200 + 10 * number} Pine St Apt 1")
        world.later(minutes=1)
        await take(client, headers, f"{200 + 10 * number} Pine St")
    first = await queue(client, headers, limit=2)
    second = await queue(client, headers, limit=2, cursor=first.next_cursor)
    assert [item.property.address for item in [*first.items, *second.items]] == [
        "200 PINE ST",
        "210 PINE ST",
        "220 PINE ST",
    ]
    assert second.next_cursor is None
    for cursor in ("x", "W10", first.next_cursor and first.next_cursor[:-4]):
        answer = await client.get("/v1/matches", params={"cursor": cursor}, headers=headers)
        assert answer.status_code == 422


async def test_a_question_about_a_deleted_property_waits_until_it_comes_back(
    client: httpx.AsyncClient, sign_in: "SignIn", api_database: "Database"
) -> None:
    headers = await sign_in()
    unit, _, review_id = await doubt(client, headers)
    with api_database.connect("superuser") as conn:
        conn.execute("update app.property set deleted_at = now() where property_id = %s", (unit,))
    assert (await queue(client, headers)).items == (await queue(client, headers, status="open")).items == []
    await take(client, headers, "100 Pine St Apt 1")
    assert [found.review_id for found in (await queue(client, headers)).items] == [review_id]


@pytest.mark.parametrize("verdict", ["same", "different"])
async def test_a_decision_is_made_once(client: httpx.AsyncClient, sign_in: "SignIn", verdict: str) -> None:
    headers = await sign_in()
    unit, line, review_id = await doubt(client, headers)
    url, body = f"/v1/matches/{review_id}/decision", {"verdict": verdict, "note": "I was there"}
    answers = [await client.post(url, json=body, headers={**headers, "idempotency-key": "k"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["idempotent-replayed"] == "true"
    decided = MatchDecided.model_validate_json(answers[0].content)
    merged = verdict == "same"
    assert (decided.survivor_id, decided.absorbed_id) == ((unit, line) if merged else (None, None))
    (found,) = (await queue(client, headers, status=verdict)).items
    assert (found.note, found.property.merged_into) == ("I was there", unit if merged else None)
    again = await client.post(url, json=body, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


async def test_merge_history_and_unmerge(client: httpx.AsyncClient, sign_in: "SignIn", world: "World") -> None:
    headers = await sign_in()
    one, two = await take(client, headers, "1 Elm St"), await take(client, headers, "2 Oak St")
    survivor, absorbed = one.property_id, two.property_id
    answer = await merge(client, headers, survivor, absorbed, key="k")
    done = MergeResult.model_validate_json(answer.content)
    assert (answer.status_code, done.survivor_id, done.absorbed_id) == (200, survivor, absorbed)
    assert (await merge(client, headers, survivor, absorbed, key="k")).content == answer.content
    for side in (survivor, absorbed):
        listed = await client.get(f"/v1/properties/{side}/merges", headers=headers)
        (record,) = MergeList.model_validate_json(listed.content).items
        assert (record.merge_id, record.absorbed_address, record.unmerged_at) == (done.merge_id, "2 OAK ST", None)
        assert {item.field for item in record.evidence.fields} >= {"house number", "street name"}
    world.later(minutes=1)
    assert (await merge(client, headers, survivor, absorbed, "unmerge")).status_code == 200
    listed = await client.get(f"/v1/properties/{survivor}/merges", headers=headers)
    assert MergeList.model_validate_json(listed.content).items[0].unmerged_at == world.clock.now()
    assert (await client.get(f"/v1/properties/{absorbed}", headers=headers)).status_code == 200


async def test_an_absorbed_property_points_to_its_survivor(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    headers = await sign_in("admin")
    survivor, absorbed = world.add_property(), world.add_property()
    world.score(survivor, 80)
    world.score(absorbed, 70)
    await merge(client, headers, survivor, absorbed)
    for path in ("", "/score", "/score/history", "/provenance", "/memos", "/timeline?limit=3", "/stream"):
        answer = await client.get(f"/v1/properties/{absorbed}{path}", headers=headers)
        assert (path, answer.status_code) == (path, 307)
        assert answer.headers["location"] == f"/v1/properties/{survivor}{path}"
        assert answer.json()["code"] == "merged"
    answer = await client.post(f"/v1/properties/{absorbed}/memos", headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (307, f"/v1/properties/{survivor}/memos")
    followed = await client.get(f"/v1/properties/{absorbed}", headers=headers, follow_redirects=True)
    assert followed.json()["property_id"] == str(survivor)
    listed = (await client.get("/v1/properties", headers=headers)).json()["items"]
    assert [item["property_id"] for item in listed] == [str(survivor)]


async def test_nonsense_is_refused(client: httpx.AsyncClient, sign_in: "SignIn", world: "World") -> None:
    headers = await sign_in()
    first, second, third = (world.add_property() for _ in range(3))
    foreign = world.add_property(world.south)
    await merge(client, headers, first, second)
    for survivor, absorbed, status in (
        (first, first, 422),
        (first, foreign, 404),
        (foreign, first, 404),
        (first, uuid4(), 404),
        (first, second, 409),
        (second, third, 409),
    ):
        answer = await merge(client, headers, survivor, absorbed)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (await merge(client, headers, first, third, "unmerge")).status_code == 409
    for body in ({}, {"absorbed_id": "x", "reason": "why"}, {"absorbed_id": str(third), "reason": ""}):
        answer = await client.post(f"/v1/properties/{first}/merge", json=body, headers=headers)
        assert answer.status_code == 422


async def test_another_tenant_sees_nothing_of_it(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    north, south = await sign_in(tenant="north"), await sign_in(tenant="south")
    unit, line, review_id = await doubt(client, north)
    assert (await queue(client, south)).items == []
    assert (await client.get(f"/v1/matches/{review_id}", headers=south)).status_code == 404
    url = f"/v1/matches/{review_id}/decision"
    assert (await client.post(url, json={"verdict": "same"}, headers=south)).status_code == 404
    await merge(client, north, unit, line)
    assert (await client.get(f"/v1/properties/{line}/merges", headers=south)).status_code == 404
    assert (await client.get(f"/v1/properties/{line}", headers=south)).status_code == 404
    assert (await merge(client, south, unit, line, "unmerge")).status_code == 404


async def test_readers_may_look_and_only_updaters_decide(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    _, _, review_id = await doubt(client, await sign_in())
    url, body = f"/v1/matches/{review_id}/decision", {"verdict": "different"}
    assert (await client.get("/v1/matches", headers=await sign_in("viewer"))).status_code == 200
    assert (await client.post(url, json=body, headers=await sign_in("viewer"))).status_code == 403
    assert (await client.post(url, json=body, headers=await sign_in("ops"))).status_code == 200
