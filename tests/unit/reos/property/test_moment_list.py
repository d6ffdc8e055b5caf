from datetime import UTC, datetime
from uuid import UUID

from reos.property.moment_list import MomentList

AFTER = (datetime(2026, 11, 24, tzinfo=UTC), UUID(int=7))
CALLS = MomentList("app.call", "called_at", "call_id", "r.call_id, r.outcome", newest_first=True)


def test_a_criterion_that_is_open_narrows_nothing():
    query = CALLS.page([("r.outcome = {}", None), ("r.provider = any ({}::text[])", ["attom"])], 5, None)
    assert "r.outcome = " not in query.sql
    assert "r.provider = any ($2::text[])" in query.sql
    assert query.args == (5, ["attom"])


def test_a_page_goes_on_behind_the_last_row_in_its_own_direction():
    newest = CALLS.page([("r.outcome = {}", "ok")], 5, AFTER)
    assert "(r.called_at, r.call_id) < ($3::timestamptz, $4::uuid)" in newest.sql
    assert newest.args == (5, "ok", *AFTER)
    oldest = MomentList("app.review", "opened_at", "review_id", "r.review_id", where="r.open").page([], 5, AFTER)
    assert "r.open and (r.opened_at, r.review_id) > ($2::timestamptz, $3::uuid)" in oldest.sql
    assert " desc" not in oldest.sql
