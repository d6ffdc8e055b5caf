import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from reos.core.errors import UnavailableError
from reos.db import tenant_transaction
from reos.memos.template import TEMPLATE_VERSION
from reos.pipeline import memo_ledger

Desk = Any


def _of(memos: list[dict[str, Any]]) -> list[UUID]:
    return [memo["property_id"] for memo in memos]


def test_the_memo_the_stage_and_the_event_appear_together(desk: Desk) -> None:
    north = desk.tenants[0]
    wanted = desk.scored(north, 90)
    report = desk.run()
    assert (report.events, report.rendered, report.failed) == (1, 1, 0)
    (memo,), (event,) = desk.memos(), desk.told()
    content = (desk.settings.memo_dir / memo["storage_key"]).read_bytes()
    assert hashlib.sha256(content).digest() == memo["document_sha256"]
    assert (memo["byte_size"], memo["page_count"], memo["template_version"]) == (len(content), 2, TEMPLATE_VERSION)
    assert memo["storage_key"] == f"{north}/{memo['document_sha256'].hex()}.pdf"
    assert desk.rows("select stage from app.property where property_id = %s", wanted) == [{"stage": "documented"}]
    assert event["payload"] == {
        "property_id": str(wanted),
        "memo_id": str(memo["memo_id"]),
        "memo_url": f"/v1/memos/{memo['memo_id']}/pdf",
        "sha256": memo["document_sha256"].hex(),
    }


def test_the_event_continues_the_journey_of_the_score(desk: Desk) -> None:
    desk.scored(desk.tenants[0], 90)
    desk.run()
    (scored,) = desk.rows("select * from app.event_log where event_type = 'property.scored'")
    (told,) = desk.told()
    assert (told["correlation_id"], told["causation_id"]) == (scored["correlation_id"], scored["event_id"])


def test_only_scores_that_reach_the_tenants_threshold_get_a_memo(desk: Desk) -> None:
    north, south = desk.tenants
    desk.limits(north, least=80)
    desk.limits(south, least=60)
    at, _, other = desk.scored(north, 80), desk.scored(north, 79), desk.scored(south, 61)
    desk.run()
    assert (_of(desk.memos(north)), _of(desk.memos(south))) == ([at], [other])


def test_the_days_limit_goes_to_the_best_and_the_rest_follow_tomorrow(desk: Desk) -> None:
    north = desk.tenants[0]
    desk.limits(north, daily=2)
    by_score = {score: desk.scored(north, score) for score in (80, 95, 85, 90)}
    desk.run(limit=1)
    assert set(_of(desk.memos())) == {by_score[95], by_score[90]}
    assert desk.run().rendered == 0
    desk.clock.instant += timedelta(days=1)
    desk.run()
    assert set(_of(desk.memos())) == set(by_score.values())


def test_a_second_run_does_nothing(desk: Desk) -> None:
    desk.scored(desk.tenants[0], 90)
    desk.run()
    before = (desk.memos(), desk.told())
    report = desk.run()
    assert (report.events, report.rendered, report.failed) == (0, 0, 0)
    assert (desk.memos(), desk.told()) == before
    assert len(desk.engine.pages) == 1


def test_new_inputs_give_a_new_memo_and_the_old_one_stays(desk: Desk) -> None:
    north = desk.tenants[0]
    wanted = desk.scored(north, 90)
    desk.run()
    desk.rescore(north, wanted, 85, version=2)
    desk.run()
    first, second = desk.memos()
    assert (first["score_version"], second["score_version"]) == (1, 2)
    assert first["document_sha256"] != second["document_sha256"]
    assert len(list((desk.settings.memo_dir / str(north)).iterdir())) == 2


def test_a_score_that_is_not_announced_waits(desk: Desk) -> None:
    north = desk.tenants[0]
    waiting = desk.scored(north, 90, announced=False)
    assert desk.run().rendered == 0
    desk.rescore(north, waiting, 91, version=2)
    assert desk.run().rendered == 1


def test_a_deleted_property_gets_no_memo(desk: Desk) -> None:
    gone = desk.scored(desk.tenants[0], 90)
    with tenant_transaction(desk.owner, desk.tenants[0]):
        desk.owner.execute("update app.property set deleted_at = now() where property_id = %s", (gone,))
    assert desk.run().rendered == 0


def test_no_transaction_is_open_while_a_memo_is_laid_out(desk: Desk) -> None:
    desk.scored(desk.tenants[0], 90)
    states = []
    desk.engine.before = lambda: states.append(desk.conn.info.transaction_status)
    desk.run()
    assert states == [psycopg.pq.TransactionStatus.IDLE]


def test_a_crash_before_the_commit_leaves_nothing_and_the_next_run_makes_it_good(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = desk.scored(desk.tenants[0], 90)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(memo_ledger, "append", crash)
        with pytest.raises(KeyboardInterrupt):
            desk.run()
    assert (desk.memos(), desk.told()) == ([], [])
    assert desk.rows("select stage from app.property where property_id = %s", wanted) == [{"stage": "scored"}]
    assert desk.run().rendered == 1


def test_a_memo_that_fails_is_a_dead_letter_and_the_others_go_on(desk: Desk) -> None:
    north = desk.tenants[0]
    bad, good = desk.scored(north, 92), desk.scored(north, 90)
    desk.rescore(north, bad, 91, version=2, points=[0] * 7)
    report = desk.run()
    assert (report.rendered, report.failed, _of(desk.memos())) == (1, 1, [good])
    (letter,) = desk.rows("select * from app.dead_letter")
    assert (letter["consumer"], letter["attempts"]) == ("docgen", 1)
    assert "do not add up" in letter["error"]


def test_a_memo_that_keeps_failing_is_given_up_until_its_score_changes(desk: Desk) -> None:
    north = desk.tenants[0]
    bad = desk.scored(north, 90)
    desk.engine.refuse = "12 Maple Ln"
    assert [desk.run().failed for _ in range(memo_ledger.MAX_ATTEMPTS + 2)] == [1, 1, 1, 0, 0]
    assert desk.rows("select attempts from app.dead_letter") == [{"attempts": 3}]
    desk.engine.refuse = None
    desk.rescore(north, bad, 91, version=2)
    assert desk.run().rendered == 1


def test_a_full_disk_stops_the_run_and_costs_no_attempt(desk: Desk) -> None:
    desk.scored(desk.tenants[0], 90)
    desk.settings.memo_dir.parent.mkdir(parents=True, exist_ok=True)
    desk.settings.memo_dir.write_text("in the way")
    with pytest.raises(UnavailableError, match="cannot be stored"):
        desk.run()
    assert desk.rows("select * from app.dead_letter") == []
    desk.settings.memo_dir.unlink()
    assert desk.run().rendered == 1


def test_another_tenant_sees_no_memo(desk: Desk) -> None:
    north, south = desk.tenants
    desk.scored(north, 90)
    desk.run()
    app = desk.database.connect("app")
    with tenant_transaction(app, south):
        assert app.execute("select * from app.memo").fetchall() == []
    with tenant_transaction(app, north):
        assert len(app.execute("select * from app.memo").fetchall()) == 1
