"""Listing, reading and taking in properties over HTTP, on marts that dbt has built."""

import json
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import httpx
import pytest

from reos_api.paging import encode_cursor
from reos_api.properties.schemas import (
    PropertyDetail,
    PropertyPage,
    ProvenanceList,
    ScoreDetail,
    ScoreHistory,
)

if TYPE_CHECKING:
    from pydantic import BaseModel
    from tests.integration.conftest import Database
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def api_database(warehouse: "Database") -> "Database":
    return warehouse


@pytest.fixture
def house(world: "World") -> UUID:
    """A property with facts, two versions of its score, and everything that the model can say."""
    property_id = world.add_property(address_line="1 MAIN ST", city="SEATTLE", zip5="98103", apn="12", unit="APT 3")
    facts = {"beds": 3, "baths": "2.25", "living_sqft": 1500, "year_built": 1950, "last_sale_price": 500_000}
    world.describe(property_id, city="Seattle", apn="0012", **facts)
    world.score(property_id, 40)
    world.score(property_id, 62, version=2)
    return property_id


async def read(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> httpx.Response:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def ids(answer: httpx.Response) -> list[str]:
    return [item["property_id"] for item in answer.json()["items"]]


async def test_the_list_shows_the_best_score_first_and_the_unscored_last(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    low, none, high = (world.add_property() for _ in range(3))
    world.score(low, 10)
    world.score(high, 90)
    answer = await read(client, "/v1/properties", await sign_in("viewer"))
    assert ids(answer) == [str(high), str(low), str(none)]
    assert [item["score"] for item in answer.json()["items"]] == [90, 10, None]
    assert answer.json()["next_cursor"] is None


@pytest.mark.parametrize("sort", ["score", "updated_at"])
async def test_pages_of_any_size_show_every_property_once_in_one_order(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World", sort: str
) -> None:
    for score in (50, 50, 50, 20, None, None, 80):
        property_id = world.add_property()
        if score is not None:
            world.score(property_id, score)
    headers = await sign_in("viewer")
    whole = ids(await read(client, f"/v1/properties?sort={sort}", headers))
    for limit in (1, 2, 3, 7):
        seen: list[str] = []
        query = f"sort={sort}&limit={limit}"
        cursor: str | None = ""
        while cursor is not None:
            answer = await read(client, f"/v1/properties?{query}" + (f"&cursor={cursor}" if cursor else ""), headers)
            seen += ids(answer)
            cursor = answer.json()["next_cursor"]
        assert seen == whole
    assert len(set(whole)) == 7


FOUND = [
    *("state=WA", "county=53033", "zip=98103", "stage=discovered", "score_min=62", "score_max=62"),
    *("q=main", "q=MAIN st", "q=seattle", "q=0012", "score_min=60&zip=98103&q=main"),
]
MISSED = ["state=OR", "county=53035", "zip=98104", "stage=scored", "score_min=63", "score_max=61", "q=oak", "q=%25%25"]


async def test_each_filter_keeps_what_fits_and_drops_what_does_not(
    client: httpx.AsyncClient, sign_in: "SignIn", house: UUID, world: "World"
) -> None:
    with world.database.connect("superuser") as conn:
        conn.execute("update app.property set county_fips = '53033' where property_id = %s", (house,))
    headers = await sign_in("viewer")
    for queries, expected in ((FOUND, [str(house)]), (MISSED, [])):
        got = {query: ids(await read(client, f"/v1/properties?{query}", headers)) for query in queries}
        assert got == dict.fromkeys(queries, expected)


INVALID = {
    "limit=0": "query.limit",
    "limit=201": "query.limit",
    "state=wa": "query.state",
    "zip=1": "query.zip",
    "stage=sold": "query.stage",
    "score_min=101": "query.score_min",
    "sort=price": "query.sort",
    "colour=red": "query.colour",
    "q=a": "query.q",
    "q=a%00b": "query.q",
}


async def test_a_query_that_means_nothing_is_refused_by_field(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    headers = await sign_in("viewer")
    answers = {query: await client.get(f"/v1/properties?{query}", headers=headers) for query in INVALID}
    assert {query: answer.json()["errors"][0]["field"] for query, answer in answers.items()} == INVALID
    assert {answer.status_code for answer in answers.values()} == {422}


FORGED = [encode_cursor("score", "99999", str(UUID(int=1))), encode_cursor("score", "80", "no id")]


async def test_an_invented_cursor_is_refused(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    headers = await sign_in("viewer")
    for cursor in ("x", "WyJzY29yZSIsImEiLCJiIl0", "WyJ1cGRhdGVkX2F0IiwiYSIsImIiXQ", *FORGED):
        answer = await client.get(f"/v1/properties?cursor={cursor}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


async def test_the_detail_has_facts_score_reasons_and_sources(
    client: httpx.AsyncClient, sign_in: "SignIn", house: UUID
) -> None:
    body = (await read(client, f"/v1/properties/{house}", await sign_in("viewer"))).json()
    assert (body["beds"], body["baths"], body["city"], body["address"]) == (3, 2.25, "Seattle", "1 MAIN ST")
    assert (body["score"], body["valuation"]["score_version"]) == (62, 2)
    assert sum(reason["points"] for reason in body["valuation"]["reasons"]) == 62
    assert body["valuation"]["reasons"][0]["reason_code"] == "discount_some"
    beds = next(field for field in body["provenance"] if field["field"] == "beds")
    assert (beds["value"], beds["source"], beds["label"]) == ("3", "county_assessor", "County assessor")


async def test_the_score_its_history_and_the_provenance_have_routes_of_their_own(
    client: httpx.AsyncClient, sign_in: "SignIn", house: UUID
) -> None:
    headers = await sign_in("viewer")
    detail = (await read(client, f"/v1/properties/{house}", headers)).json()
    assert (await read(client, f"/v1/properties/{house}/score", headers)).json() == detail["valuation"]
    assert (await read(client, f"/v1/properties/{house}/provenance", headers)).json()["items"] == detail["provenance"]
    history = (await read(client, f"/v1/properties/{house}/score/history", headers)).json()["items"]
    assert [(version["score_version"], version["score"]) for version in history] == [(2, 62), (1, 40)]


DOCUMENTS: "list[tuple[str, type[BaseModel]]]" = [
    ("", PropertyDetail),
    ("/score", ScoreDetail),
    ("/score/history", ScoreHistory),
    ("/provenance", ProvenanceList),
]


async def test_the_bytes_that_postgresql_builds_are_what_the_model_documents(
    client: httpx.AsyncClient, sign_in: "SignIn", house: UUID
) -> None:
    headers = await sign_in("viewer")
    for path, model in DOCUMENTS:
        answer = await read(client, f"/v1/properties/{house}{path}", headers)
        document = model.model_validate_json(answer.content)
        assert document.model_fields_set == set(model.model_fields)
        assert model.model_validate(json.loads(answer.content)) == document


async def test_the_list_bytes_are_what_the_model_documents(
    client: httpx.AsyncClient, sign_in: "SignIn", house: UUID, world: "World"
) -> None:
    world.add_property()
    page = PropertyPage.model_validate_json((await read(client, "/v1/properties", await sign_in("viewer"))).content)
    assert page.items[0].property_id == house
    assert all(item.model_fields_set == set(type(item).model_fields) for item in page.items)


async def test_an_unscored_property_says_so(client: httpx.AsyncClient, sign_in: "SignIn", world: "World") -> None:
    property_id = world.add_property()
    headers = await sign_in("viewer")
    assert (await read(client, f"/v1/properties/{property_id}", headers)).json()["valuation"] is None
    answer = await client.get(f"/v1/properties/{property_id}/score", headers=headers)
    assert (answer.status_code, answer.json()["detail"][-21:]) == (404, "or it has no score yet."[-21:])


async def test_an_unchanged_answer_is_304(client: httpx.AsyncClient, sign_in: "SignIn", house: UUID) -> None:
    headers = await sign_in("viewer")
    first = await read(client, f"/v1/properties/{house}", headers)
    again = await client.get(f"/v1/properties/{house}", headers={**headers, "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = await client.get(f"/v1/properties/{house}", headers={**headers, "if-none-match": '"other"'})
    assert other.status_code == 200


async def test_a_property_that_is_unknown_or_deleted_is_not_found(
    client: httpx.AsyncClient, sign_in: "SignIn", house: UUID, world: "World"
) -> None:
    headers = await sign_in("admin")
    with world.database.connect("superuser") as conn:
        conn.execute("update app.property set deleted_at = now() where property_id = %s", (house,))
    for path in ("", "/score", "/score/history", "/provenance", "/memos", "/timeline", "/stream"):
        for property_id in (house, uuid4()):
            answer = await client.get(f"/v1/properties/{property_id}{path}", headers=headers)
            assert (path, answer.status_code, answer.json()["code"]) == (path, 404, "not_found")


async def test_an_id_that_is_no_uuid_is_invalid(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    answer = await client.get("/v1/properties/1%20or%201=1", headers=await sign_in("viewer"))
    assert answer.json()["errors"][0]["field"] == "path.property_id"


async def test_a_memo_on_request_is_rendered_told_and_served(
    client: httpx.AsyncClient, sign_in: "SignIn", house: UUID
) -> None:
    headers = await sign_in("analyst")
    made = await client.post(f"/v1/properties/{house}/memos", headers=headers)
    again = await client.post(f"/v1/properties/{house}/memos", headers=headers)
    assert (made.status_code, again.status_code) == (201, 200), made.text
    assert made.json() == again.json()
    document = await read(client, made.json()["pdf_url"], headers)
    assert document.content.startswith(b"%PDF-")
    assert len(document.content) == made.json()["byte_size"]
    [told] = (await read(client, f"/v1/properties/{house}/timeline", headers)).json()["items"]
    assert (told["event_type"], told["payload"]["memo_id"]) == ("memo.generated", made.json()["memo_id"])
    assert (await read(client, f"/v1/properties/{house}", headers)).json()["stage"] == "documented"


async def test_without_a_score_there_is_nothing_to_write_a_memo_about(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    answer = await client.post(f"/v1/properties/{world.add_property()}/memos", headers=await sign_in("analyst"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
