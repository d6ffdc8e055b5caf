from uuid import UUID, uuid4

import bcrypt
import psycopg
import pytest

from reos.core.errors import InvalidInputError
from reos.core.money import micro_usd
from reos.db import confine, seed, tenant_transaction


@pytest.fixture
def owner(database):
    return database.connect("owner")


def rows(database, tenant_id, query):
    conn = database.connect("app")
    with tenant_transaction(conn, tenant_id):
        return conn.execute(query).fetchall()


def test_tenant_has_a_stable_id_and_is_made_once(database, owner):
    first, again = (seed.seed_tenant(owner, "demo", "Demo") for _ in range(2))
    assert first == again == seed.tenant_id_of("demo") != seed.tenant_id_of("other")
    assert rows(database, first, "select slug, name, memo_min_score from app.tenant") == [
        {"slug": "demo", "name": "Demo", "memo_min_score": 75}
    ]


def test_user_is_made_once_and_follows_a_new_role_or_password(database, owner):
    tenant_id = seed.seed_tenant(owner, "demo", "Demo")
    query = "select user_id, email, role, password_hash from app.user_account"

    def user(role, password) -> UUID:
        return seed.seed_user(owner, tenant_id, " Ann@Example.com", role, password, rounds=4)

    made = user("Analyst", "first one")
    (before,) = rows(database, tenant_id, query)
    assert (before["email"], before["user_id"]) == ("ann@example.com", made)
    assert bcrypt.checkpw(b"first one", before["password_hash"].encode())
    assert user("Analyst", "first one") == made
    assert rows(database, tenant_id, query) == [before], "the same again is not hashed again"
    assert user("Admin", "second one") == made
    (after,) = rows(database, tenant_id, query)
    assert after["role"] == "Admin"
    assert bcrypt.checkpw(b"second one", after["password_hash"].encode())


def test_wrong_role_long_password_and_unknown_tenant_are_refused(owner):
    tenant_id = seed.seed_tenant(owner, "demo", "Demo")
    with pytest.raises(psycopg.errors.CheckViolation):
        seed.seed_user(owner, tenant_id, "a@b.c", "King", "x", rounds=4)
    with pytest.raises(InvalidInputError, match="72 bytes"):
        seed.seed_user(owner, tenant_id, "a@b.c", "Admin", "ä" * 37, rounds=4)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        seed.seed_user(owner, uuid4(), "a@b.c", "Admin", "x", rounds=4)


def test_default_weights_sum_to_a_hundred_and_are_active(database, owner):
    tenant_id = seed.seed_tenant(owner, "demo", "Demo")
    for _ in range(2):
        seed.seed_score_weights(owner, tenant_id)
    (total,) = rows(database, tenant_id, "select count(*) as n, sum(max_points) as points from app.score_weight")
    assert total == {"n": 7, "points": 100}
    active = rows(database, tenant_id, "select version, created_by from app.score_weight_version where is_active")
    assert active == [{"version": 1, "created_by": "seed"}]


def test_weights_that_do_not_sum_to_a_hundred_are_refused_at_commit(database, owner):
    tenant_id = seed.seed_tenant(owner, "demo", "Demo")
    seed.seed_score_weights(owner, tenant_id)
    app = database.connect("app")

    def add_version(points) -> None:
        with tenant_transaction(app, tenant_id):
            app.execute("insert into app.score_weight_version values (%s, 2, false, now(), 'me')", (tenant_id,))
            app.execute("insert into app.score_weight values (%s, 2, 'age', %s, 0, 1)", (tenant_id, points[0]))
            app.execute("insert into app.score_weight values (%s, 2, 'size', %s, 0, 1)", (tenant_id, points[1]))

    with pytest.raises(psycopg.errors.CheckViolation, match="sum to 99, not 100"):
        add_version((40, 59))
    add_version((40, 60))


def test_sum_is_checked_even_if_the_transaction_leaves_its_tenant_before_the_commit(database, owner):
    tenant_id = seed.seed_tenant(owner, "demo", "Demo")
    app = database.connect("app")

    def leave_early() -> None:
        with tenant_transaction(app, tenant_id):
            app.execute("insert into app.score_weight_version values (%s, 2, false, now(), 'me')", (tenant_id,))
            app.execute("insert into app.score_weight values (%s, 2, 'age', 5, 0, 1)", (tenant_id,))
            confine(app, None)

    with pytest.raises(psycopg.errors.CheckViolation, match="sum to 5"):
        leave_early()


def test_one_version_is_active(database, owner):
    tenant_id = seed.seed_tenant(owner, "demo", "Demo")
    seed.seed_score_weights(owner, tenant_id)
    app = database.connect("app")
    with pytest.raises(psycopg.errors.UniqueViolation), tenant_transaction(app, tenant_id):
        app.execute("insert into app.score_weight_version values (%s, 2, true, now(), 'me')", (tenant_id,))


def test_budget_is_set_once(database, owner):
    tenant_id = seed.seed_tenant(owner, "demo", "Demo")
    for cap in ("25", "99"):
        seed.seed_budget(owner, tenant_id, "attom", "month", micro_usd(cap))
    assert rows(database, tenant_id, "select cap_microusd as cap from app.budget") == [{"cap": 25_000_000}]
