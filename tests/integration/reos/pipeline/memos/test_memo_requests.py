from typing import Any
from uuid import UUID

from reos.core.ids import new_id
from reos.db import tenant_transaction

Desk = Any
PERSON = UUID(int=5)


def _ask(desk: Desk, tenant: UUID, property_id: UUID) -> UUID:
    """Ask as the API does."""
    request_id = new_id()
    with tenant_transaction(desk.database.connect("app"), tenant) as conn:
        conn.execute(
            "insert into app.memo_request (tenant_id, request_id, property_id, requested_by) values (%s, %s, %s, %s)",
            (tenant, request_id, property_id, PERSON),
        )
    return request_id


def _answer(desk: Desk, request_id: UUID) -> dict[str, Any]:
    return desk.rows("select fulfilled_at, memo_id, error from app.memo_request where request_id = %s", request_id)[0]


def test_a_request_is_answered_with_a_memo_whatever_the_score_and_the_days_limit(desk: Desk) -> None:
    north = desk.tenants[0]
    desk.limits(north, daily=0)
    request = _ask(desk, north, desk.scored(north, 12))
    report = desk.run()
    (memo,), (event,) = desk.memos(), desk.told()
    assert (report.requests, report.rendered) == (1, 0)
    assert _answer(desk, request) == {"fulfilled_at": desk.clock.instant, "memo_id": memo["memo_id"], "error": None}
    assert event["metadata"]["user_id"] == str(PERSON)


def test_the_event_of_a_requested_memo_continues_the_propertys_journey(desk: Desk) -> None:
    north = desk.tenants[0]
    _ask(desk, north, desk.scored(north, 12))
    desk.run()
    (scored,) = desk.rows("select correlation_id from app.event_log where event_type = 'property.scored'")
    assert desk.told()[0]["correlation_id"] == scored["correlation_id"]


def test_a_request_for_a_memo_that_exists_names_it(desk: Desk) -> None:
    north = desk.tenants[0]
    wanted = desk.scored(north, 90)
    desk.run()
    request = _ask(desk, north, wanted)
    desk.run()
    assert _answer(desk, request)["memo_id"] == desk.memos()[0]["memo_id"]
    assert len(desk.memos()) == len(desk.told()) == 1


def test_a_request_that_cannot_be_met_says_why_and_holds_nobody_up(desk: Desk) -> None:
    north = desk.tenants[0]
    unscored = desk.scored(north, 90)
    desk.dbt.execute("delete from marts.fct_property_score where property_id = %s", (unscored,))
    first = _ask(desk, north, unscored)
    second = _ask(desk, north, desk.scored(north, 12))
    assert desk.run().requests == 2
    assert "has no score" in _answer(desk, first)["error"]
    assert _answer(desk, second)["memo_id"] is not None
    assert desk.run().requests == 0
