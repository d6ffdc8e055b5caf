"""Decisions as they are kept."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest

from reos.core.clock import FixedClock
from reos.db import tenant_transaction
from reos.policy import audit
from reos.policy.kernel import Action, Decision, Principal, Resource, Role, current_rules, decide

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))


def question(tenant_id: UUID, role: Role = Role.VIEWER) -> Decision:
    resource = Resource("Property", tenant_id, str(uuid4()))
    return decide(Principal(str(uuid4()), tenant_id, role), Action.PROPERTIES_DELETE, resource, {})


def test_a_decision_is_kept_with_all_that_replays_it(database: "Database", two_tenants: tuple[UUID, UUID]) -> None:
    north, _ = two_tenants
    decision = question(north)
    conn = database.connect("app")
    with tenant_transaction(conn, north):
        decision_id = audit.record(conn, decision, clock=CLOCK)
    with tenant_transaction(conn, north):
        row = conn.execute("select * from app.policy_decision").fetchone()
    assert row is not None
    assert (row["decision_id"], row["tenant_id"], row["decided_at"]) == (decision_id, north, CLOCK.now())
    asked = {name: row[name] for name in ("principal", "action", "resource", "context")}
    assert asked == decision.inputs
    assert (row["allow"], row["policy_ids"], row["reasons"]) == (False, [], list(decision.reasons))
    assert (row["policy_version"], bytes(row["inputs_hash"])) == (decision.policy_version, decision.inputs_hash)
    again = decide(
        Principal(asked["principal"]["id"], north, Role(asked["principal"]["role"])),
        Action(asked["action"]),
        Resource(asked["resource"]["kind"], north, asked["resource"]["id"]),
        asked["context"],
    )
    assert again.inputs_hash == decision.inputs_hash


def test_several_are_kept_in_one_go_and_none_is_none(database: "Database", two_tenants: tuple[UUID, UUID]) -> None:
    north, _ = two_tenants
    conn = database.connect("app")
    with tenant_transaction(conn, north):
        assert audit.record_all(conn, [], clock=CLOCK) == []
        ids = audit.record_all(conn, [question(north), question(north, Role.ADMIN)], clock=CLOCK)
        rows = conn.execute("select decision_id, allow from app.policy_decision order by allow").fetchall()
    assert [(row["decision_id"], row["allow"]) for row in rows] == [(ids[0], False), (ids[1], True)]


def test_a_decision_cannot_be_kept_for_another_tenant_or_changed(
    database: "Database", two_tenants: tuple[UUID, UUID]
) -> None:
    north, south = two_tenants
    conn = database.connect("app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(conn, south):
        audit.record(conn, question(north), clock=CLOCK)
    with tenant_transaction(conn, north):
        audit.record(conn, question(north), clock=CLOCK)
    for change in ("update app.policy_decision set allow = true", "delete from app.policy_decision"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(conn, north):
            conn.execute(change)


def test_the_rules_that_decided_are_kept_once_for_all_tenants(
    database: "Database", two_tenants: tuple[UUID, UUID]
) -> None:
    conn = database.connect("app")
    for tenant_id in (*two_tenants, *two_tenants):
        with tenant_transaction(conn, tenant_id):
            audit.record(conn, question(tenant_id), clock=CLOCK)
    (row,) = conn.execute("select * from app.policy_version").fetchall()
    assert (row["version"], row["files"], row["first_seen"]) == (
        *(current_rules().version, current_rules().files, CLOCK.now()),
    )
    conn.rollback()
    for change in ("update app.policy_version set files = '{}'", "delete from app.policy_version"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(conn, two_tenants[0]):
            conn.execute(change)


def test_not_even_the_owner_changes_rules_that_decided(database: "Database", two_tenants: tuple[UUID, UUID]) -> None:
    north, _ = two_tenants
    with tenant_transaction(database.connect("app"), north) as conn:
        audit.record(conn, question(north), clock=CLOCK)
    owner = database.connect("owner")
    with pytest.raises(psycopg.Error, match="append-only"):
        owner.execute("update app.policy_version set version = 'x'")


def test_a_decision_under_rules_that_are_not_kept_cannot_be_stored(
    database: "Database", two_tenants: tuple[UUID, UUID]
) -> None:
    north, _ = two_tenants
    decision = replace(question(north), policy_version="of nobody")
    conn = database.connect("app")
    with pytest.raises(psycopg.errors.ForeignKeyViolation), tenant_transaction(conn, north):
        audit.record(conn, decision, clock=CLOCK)
