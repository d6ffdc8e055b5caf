from typing import Any

import pytest

from reos.core.errors import NotFoundError
from reos.memos.renderer import Renderer

Desk = Any


@pytest.mark.parametrize("role", ["app", "pipeline"])
def test_a_memo_on_request_is_made_whatever_the_score(desk: Desk, role: str) -> None:
    wanted = desk.scored(desk.tenants[0], 12)
    memo = desk.request(desk.tenants[0], wanted, role)
    assert memo.created
    assert (desk.settings.memo_dir / memo.storage_key).is_file()
    assert [event["payload"]["memo_id"] for event in desk.told()] == [str(memo.memo_id)]


def test_asking_again_gives_the_same_memo(desk: Desk) -> None:
    wanted = desk.scored(desk.tenants[0], 12)
    first, second = (desk.request(desk.tenants[0], wanted) for _ in range(2))
    assert (first.created, second.created) == (True, False)
    assert (first.memo_id, first.sha256, first.storage_key) == (second.memo_id, second.sha256, second.storage_key)
    assert len(desk.told()) == 1


def test_a_worker_that_was_slower_takes_the_memo_of_the_faster(desk: Desk) -> None:
    north = desk.tenants[0]
    wanted = desk.scored(north, 12)
    faster = []

    def overtake() -> None:
        desk.engine.before = lambda: None
        faster.append(desk.request(north, wanted))

    desk.engine.before = overtake
    slower = desk.request(north, wanted)
    assert (faster[0].created, slower.created, slower.memo_id) == (True, False, faster[0].memo_id)
    assert len(desk.told()) == len(desk.memos()) == 1


def test_a_property_of_another_tenant_is_not_found(desk: Desk) -> None:
    north, south = desk.tenants
    wanted = desk.scored(north, 90)
    for role in ("app", "pipeline"):
        with pytest.raises(NotFoundError):
            desk.request(south, wanted, role)
    assert desk.memos() == []


def test_the_real_document_says_what_the_marts_say(desk: Desk) -> None:
    wanted = desk.scored(desk.tenants[0], 90)
    desk.request(desk.tenants[0], wanted)
    (page,) = desk.engine.pages
    for said in (
        "12 Maple Ln",
        "Kent, WA 98032",
        "Why 90 of 100",
        "$900,000",
        "43 sales in the ZIP code",
        "Prepared for North",
    ):
        assert said in page
    for said in ("County assessor", "Lead as entered", "Discount to estimated value", "<b>25</b> of 25"):
        assert said in page


def test_the_real_engine_makes_two_pages(desk: Desk) -> None:
    wanted = desk.scored(desk.tenants[0], 90)
    with Renderer() as engine:
        desk.engine = engine
        memo = desk.request(desk.tenants[0], wanted)
    assert (desk.settings.memo_dir / memo.storage_key).read_bytes().startswith(b"%PDF-1.7")
    assert memo.page_count == 2
