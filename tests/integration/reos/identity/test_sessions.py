"""Families of refresh tokens under parallel use, at the level of the database."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from reos.db import seed, tenant_transaction
from reos.db.connection import Connection
from reos.identity import sessions
from reos.identity.keyring import KeyRing
from reos.identity.sessions import Grant, Refused

if TYPE_CHECKING:
    from tests.integration.conftest import Database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OLD, NEW = "s" * 32, "t" * 32
KEYS = KeyRing.parse(json.dumps({"k1": OLD}))
ROTATED = KeyRing.parse(json.dumps({"k2": NEW, "k1": OLD}))
LOST = KeyRing.parse(json.dumps({"k2": NEW}))


@pytest.fixture
def first(database: "Database", two_tenants: tuple[UUID, UUID]) -> Grant:
    """A fresh session of a user of tenant north."""
    north, _ = two_tenants
    user_id = seed.seed_user(database.connect("owner"), north, "a@north.example", "Analyst", "secret", rounds=4)
    conn = database.connect("app")
    with tenant_transaction(conn, north):
        return sessions.open_session(conn, north, user_id, "Analyst", now=NOW)


def rotate(
    database: "Database", token: str, *, keys: KeyRing = KEYS, later: float = 0, tenant: UUID | None = None
) -> Grant | Refused:
    conn = database.connect("app")
    where = tenant or sessions.tenant_of(token)
    assert where is not None
    with tenant_transaction(conn, where):
        return sessions.rotate(conn, token, keys, now=NOW + timedelta(seconds=later))


def granted(outcome: Grant | Refused) -> Grant:
    assert isinstance(outcome, Grant), outcome
    return outcome


def stored(database: "Database") -> list[dict[str, object]]:
    return database.connect("superuser").execute("select * from app.refresh_token order by issued_at").fetchall()


def test_the_database_holds_no_token_and_no_secret(database: "Database", first: Grant) -> None:
    second = granted(rotate(database, first.refresh_token))
    text = repr(stored(database))
    for grant in (first, second):
        assert grant.refresh_token.partition(".")[2] not in text


def test_twenty_rotations_at_once_yield_exactly_one_child(database: "Database", first: Grant) -> None:
    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda _: rotate(database, first.refresh_token), range(20)))
    assert len({granted(outcome).refresh_token for outcome in outcomes}) == 1
    assert len(stored(database)) == 2


def test_a_rotation_that_races_with_a_revocation_leaves_nothing_usable(database: "Database", first: Grant) -> None:
    second = granted(rotate(database, first.refresh_token))
    slow, fast = database.connect("app"), database.connect("app")
    with ThreadPoolExecutor(1) as pool:
        with tenant_transaction(slow, first.tenant_id):
            third = granted(sessions.rotate(slow, second.refresh_token, KEYS, now=NOW + timedelta(seconds=20)))
            reuse = pool.submit(_reuse, fast, first)
            with pytest.raises(TimeoutError):
                reuse.result(timeout=0.5)  # waits for the row that the rotation holds
        assert isinstance(reuse.result(timeout=10), Refused)
    assert isinstance(rotate(database, third.refresh_token, later=21), Refused)


def _reuse(conn: Connection, grant: Grant) -> Grant | Refused:
    with tenant_transaction(conn, grant.tenant_id):
        return sessions.rotate(conn, grant.refresh_token, KEYS, now=NOW + timedelta(seconds=20))


def test_the_grace_survives_a_change_of_the_signing_key(database: "Database", first: Grant) -> None:
    second = granted(rotate(database, first.refresh_token))
    again = granted(rotate(database, first.refresh_token, keys=ROTATED, later=5))
    assert again.refresh_token == second.refresh_token


def test_without_the_key_that_made_the_child_the_parent_is_a_reuse(database: "Database", first: Grant) -> None:
    granted(rotate(database, first.refresh_token))
    assert rotate(database, first.refresh_token, keys=LOST, later=5) == Refused("reused: family revoked")


def test_the_grace_does_not_lengthen_the_childs_life(database: "Database", first: Grant) -> None:
    second = granted(rotate(database, first.refresh_token))
    again = granted(rotate(database, first.refresh_token, later=9))
    assert again.expires_at == second.expires_at


def test_a_token_is_unknown_in_another_tenant(
    database: "Database", first: Grant, two_tenants: tuple[UUID, UUID]
) -> None:
    assert rotate(database, first.refresh_token, tenant=two_tenants[1]) == Refused("unknown")


def test_signing_out_counts_what_it_ended_and_may_be_repeated(database: "Database", first: Grant) -> None:
    granted(rotate(database, first.refresh_token))
    conn = database.connect("app")
    for expected in (2, 0):
        with tenant_transaction(conn, first.tenant_id):
            assert sessions.revoke(conn, first.session_id, now=NOW) == expected
