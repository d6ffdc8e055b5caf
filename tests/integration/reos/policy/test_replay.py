"""Stored decisions decided again: the same under their own rules, told apart under edited ones."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from reos.core.clock import FixedClock
from reos.core.errors import NotFoundError
from reos.core.money import MicroUsd
from reos.db import seed, tenant_transaction, transaction
from reos.db.connection import Connection
from reos.policy import audit, budgets, kernel, permits, replay
from reos.policy.kernel import Action, Principal, Resource, Role, current_rules, decide
from reos.policy.ruleset import RuleSet, load_rules

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))
UNIT = MicroUsd(80_000)


@pytest.fixture
def conn(database: "Database", two_tenants: tuple[UUID, UUID]) -> Connection:
    """A connection of the pipeline, after decisions of every group in both tenants."""
    found = database.connect("pipeline")
    for tenant_id in two_tenants:
        seed.seed_budget(database.connect("owner"), tenant_id, "attom", "day", MicroUsd(100_000))
        with tenant_transaction(found, tenant_id):
            permits.fetch(found, tenant_id, "attom", "licensed", clock=CLOCK)
            permits.fetch(found, tenant_id, "zillow_page", "prohibited", clock=CLOCK)
            permits.use(found, tenant_id, "zillow_bridge", "display", age_days=3, clock=CLOCK)
            permits.use(found, tenant_id, "county_assessor", "score", clock=CLOCK)
            for _ in range(2):
                budgets.spend(found, tenant_id, "attom", UNIT, 4, clock=CLOCK)
            for role in Role:
                resource = Resource("Property", tenant_id, str(uuid4()))
                decision = decide(Principal("u", tenant_id, role), Action.PROPERTIES_CREATE, resource, {})
                audit.record(found, decision, clock=CLOCK)
        CLOCK.instant += timedelta(seconds=1)
    return found


def edited(file: str, old: str, new: str) -> RuleSet:
    files = dict(current_rules().files)
    assert old in files[file]
    return load_rules({**files, file: files[file].replace(old, new)})


def read(conn: Connection, count: int = 100) -> list[replay.Stored]:
    with transaction(conn):
        return replay.last(conn, count)


def test_what_was_asked_is_recorded_with_its_rule(conn: Connection, two_tenants: tuple[UUID, UUID]) -> None:
    with tenant_transaction(conn, two_tenants[0]):
        asked = permits.use(conn, two_tenants[0], "zillow_bridge", "score", age_days=3, clock=CLOCK)
        (stored,) = replay.chosen(conn, [asked.decision_id])
    assert (asked.allow, asked.rule) == (False, "restricted-no-derived-score")
    assert stored.verdict == (False, ("restricted-no-derived-score",))


def test_a_person_may_be_the_one_who_uses_a_source(conn: Connection, two_tenants: tuple[UUID, UUID]) -> None:
    north, _ = two_tenants
    with tenant_transaction(conn, north):
        person = Principal("p", north, Role.VIEWER)
        asked = permits.use(conn, north, "regrid", "display", principal=person, clock=CLOCK)
    assert (asked.allow, asked.rule, asked.decision.principal.kind) == (True, "use-licensed-source", "User")


def test_every_stored_decision_comes_out_the_same_under_its_own_rules(conn: Connection) -> None:
    stored = read(conn)
    with transaction(conn):
        kept = replay.kept_rules(conn, {one.version for one in stored})
    results = replay.replay(stored, kept)
    assert len(results) == 22
    assert all(result.same and not result.changed for result in results)
    assert [one.row["decided_at"] for one in stored] == sorted((one.row["decided_at"] for one in stored), reverse=True)


def test_decisions_of_older_rules_are_replayed_under_the_older_rules(
    conn: Connection, two_tenants: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    older = edited("rbac.cedar", 'action == Action::"timeline:read"', 'action in Action::"timeline:*"')
    for module in (kernel, audit):
        monkeypatch.setattr(module, "current_rules", lambda: older)
    north, _ = two_tenants
    decision = decide(Principal("u", north, Role.VIEWER), Action.TIMELINE_COMMENT, Resource("Timeline", north), {})
    assert decision.allow
    with tenant_transaction(conn, north):
        decision_id = audit.record(conn, decision, clock=CLOCK)
    monkeypatch.undo()
    with transaction(conn):
        stored = replay.chosen(conn, [decision_id])
        kept = replay.kept_rules(conn, [older.version, current_rules().version])
    assert set(kept) == {older.version, current_rules().version}
    assert replay.replay(stored, kept)[0].same
    (now,) = replay.diff(stored, current_rules())
    assert (now.now, now.changed, now.same) == ((False, ()), True, False)


def test_the_difference_that_edited_rules_make_is_shown_and_nothing_else(conn: Connection) -> None:
    stored = read(conn)
    assert not any(result.changed for result in replay.diff(stored, current_rules()))
    stricter = edited("licence.cedar", '["user", "public", "open"]', '["user", "open"]')
    changed = [result for result in replay.diff(stored, stricter) if result.changed]
    assert {result.stored.row["resource"]["id"] for result in changed} == {"county_assessor"}
    assert [result.now for result in changed] == [(False, ())] * 2
    renamed = edited("budget.cedar", '@id("day-cap")', '@id("daily-cap")')
    results = [result for result in replay.diff(stored, renamed) if not result.same]
    assert [(result.now, result.changed) for result in results] == [((False, ("daily-cap",)), False)] * 2


def test_a_question_that_edited_rules_cannot_answer_counts_as_changed(conn: Connection) -> None:
    narrower = edited("reos.cedarschema", "month_left?: Long }", "month_left?: Long, reason: String }")
    changed = [result for result in replay.diff(read(conn), narrower) if result.changed]
    assert {result.stored.row["action"] for result in changed} == {"budget:spend"}
    assert all(result.now is None and "budget:spend on Budget" in result.problem for result in changed)


def test_rules_that_were_not_kept_are_a_problem_and_no_verdict(conn: Connection) -> None:
    (result,) = replay.replay(read(conn, 1), {})
    assert (result.same, result.now) == (False, None)
    assert "were not kept" in result.problem


def test_a_question_that_was_changed_in_the_database_is_found(conn: Connection, database: "Database") -> None:
    superuser = database.connect("superuser", autocommit=True)
    superuser.execute("set session_replication_role = replica")
    superuser.execute("""update app.policy_decision set principal = jsonb_set(principal, '{id}', '"other"')
                          where principal ->> 'role' = 'Admin'""")
    stored = read(conn)
    with transaction(conn):
        results = replay.replay(stored, replay.kept_rules(conn, [current_rules().version]))
    touched = [result for result in results if not result.same]
    assert len(touched) == 2
    assert all(result.now == result.stored.verdict and not result.stored.intact for result in touched)


def test_a_decision_that_is_not_there_is_named(conn: Connection) -> None:
    missing = uuid4()
    with pytest.raises(NotFoundError, match=str(missing)), transaction(conn):
        replay.chosen(conn, [missing])
