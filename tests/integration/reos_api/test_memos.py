"""Memos over HTTP: what there is, the document as it was rendered, and one on request."""

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import httpx
import pytest

from reos.pipeline import render_memos
from reos.pipeline.memo_ledger import RenderedMemo
from reos_api.memos.schemas import Memo, MemoList

if TYPE_CHECKING:
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio

PDF = b"%PDF-1.7 a memo"


@pytest.fixture
def house(world: "World") -> UUID:
    return world.add_property()


async def test_the_memos_of_a_property_are_listed_and_described(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World", house: UUID
) -> None:
    memo_id = uuid4()
    world.add_memo(house, memo_id, PDF)
    headers = await sign_in("ops")
    listed = MemoList.model_validate_json((await client.get(f"/v1/properties/{house}/memos", headers=headers)).content)
    described = Memo.model_validate_json((await client.get(f"/v1/memos/{memo_id}", headers=headers)).content)
    assert listed.items == [described]
    assert described.model_fields_set == set(Memo.model_fields)
    assert (described.byte_size, described.document_sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    assert (await client.get(described.pdf_url, headers=headers)).content == PDF


async def test_a_property_without_memos_has_an_empty_list(
    client: httpx.AsyncClient, sign_in: "SignIn", house: UUID
) -> None:
    answer = await client.get(f"/v1/properties/{house}/memos", headers=await sign_in("viewer"))
    assert answer.json() == {"items": []}


async def test_a_document_that_the_caller_has_is_not_sent_again(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World", house: UUID
) -> None:
    memo_id = uuid4()
    world.add_memo(house, memo_id, PDF)
    tag = f'"{hashlib.sha256(PDF).hexdigest()}"'
    headers = {**await sign_in("viewer"), "if-none-match": tag}
    answer = await client.get(f"/v1/memos/{memo_id}/pdf", headers=headers)
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


async def test_an_unknown_memo_is_not_found(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    for path in ("", "/pdf"):
        answer = await client.get(f"/v1/memos/{uuid4()}{path}", headers=await sign_in("viewer"))
        assert answer.status_code == 404


async def test_a_document_that_is_gone_or_changed_is_not_served(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World", house: UUID
) -> None:
    memo_id = uuid4()
    path = world.add_memo(house, memo_id, PDF)
    path.write_bytes(b"%PDF-1.7 another")
    headers = await sign_in("viewer")
    answer = await client.get(f"/v1/memos/{memo_id}/pdf", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    path.unlink()
    assert (await client.get(f"/v1/memos/{memo_id}/pdf", headers=headers)).status_code == 503


async def test_no_storage_key_leads_out_of_the_store(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World", house: UUID
) -> None:
    memo_id = uuid4()
    world.add_memo(house, memo_id, PDF, storage_key="../outside.pdf")
    answer = await client.get(f"/v1/memos/{memo_id}/pdf", headers=await sign_in("viewer"))
    assert answer.status_code == 503


async def test_a_memo_on_request_is_made_once_and_found_the_next_time(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World", house: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    memo_id = uuid4()
    world.add_memo(house, memo_id, PDF)
    asked: list[tuple[object, ...]] = []

    def render(conn: object, tenant_id: UUID, property_id: UUID, **_: object) -> RenderedMemo:
        del conn
        asked.append((tenant_id, property_id))
        return RenderedMemo(memo_id, property_id, 1, "", "", "", 1, 1, created=len(asked) == 1)

    monkeypatch.setattr(render_memos, "render_memo", render)
    headers = await sign_in("analyst")
    first, again = [await client.post(f"/v1/properties/{house}/memos", headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Memo.model_validate_json(first.content).memo_id == memo_id
    assert first.headers["location"] == f"/v1/memos/{memo_id}"
    assert asked == [(world.north, house)] * 2
