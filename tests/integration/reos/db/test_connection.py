from uuid import UUID, uuid4

import psycopg
import pytest

from reos import db
from reos.core.errors import ConfigurationError, UnavailableError

TENANT = "select current_setting('app.current_tenant_id', true) as tenant"


def test_rows_are_dicts_and_time_is_utc(database):
    row = database.connect("app").execute("select current_setting('timezone') as zone, 1 as n").fetchone()
    assert row == {"zone": "UTC", "n": 1}


def test_nobody_at_the_address_is_unavailable_with_a_remedy():
    with pytest.raises(UnavailableError, match="reos up"):
        db.connect("postgresql://reos_app:x@127.0.0.1:1/reos?connect_timeout=2")


def test_wrong_password_does_not_repeat_the_password(database):
    url = database.url("app").replace("@", "secretword@")
    with pytest.raises(UnavailableError) as caught:
        db.connect(url)
    assert "secretword" not in str(caught.value)


@pytest.mark.parametrize("autocommit", [True, False])
def test_tenant_is_set_within_the_transaction_only_and_its_work_commits(database, two_tenants, autocommit):
    north, _ = two_tenants
    conn = database.connect("app", autocommit=autocommit)
    with db.tenant_transaction(conn, north) as inside:
        assert inside.execute(TENANT).fetchone() == {"tenant": str(north)}
        inside.execute(
            "insert into app.idempotency_key (tenant_id, user_id, key, request_hash) values (%s, %s, 'k', '')",
            (north, uuid4()),
        )
    assert conn.execute(TENANT).fetchone() == {"tenant": ""}
    conn.rollback()
    with db.tenant_transaction(database.connect("app"), north) as other:
        assert other.execute("select key from app.idempotency_key").fetchall() == [{"key": "k"}]


def test_error_rolls_the_transaction_back(database, two_tenants):
    north, _ = two_tenants
    conn = database.connect("app")

    def fail() -> None:
        with db.tenant_transaction(conn, north):
            conn.execute(
                "insert into app.idempotency_key (tenant_id, user_id, key, request_hash) values (%s, %s, 'k', '')",
                (north, uuid4()),
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with db.tenant_transaction(conn, north):
        assert conn.execute("select from app.idempotency_key").fetchall() == []


@pytest.mark.parametrize("block", [db.transaction, lambda conn: db.tenant_transaction(conn, UUID(int=1))])
def test_transaction_inside_another_is_refused(database, block):
    conn = database.connect("pipeline")
    conn.execute("select 1")
    with pytest.raises(ConfigurationError, match="INTRANS"), block(conn):
        pass
    conn.rollback()
    with db.transaction(conn), pytest.raises(ConfigurationError), block(conn):
        pass


@pytest.mark.parametrize("role", ["app", "pipeline"])
def test_confined_roles_are_safe(database, role):
    db.assert_safe_role(database.connect(role))


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ("superuser", "postgres is a superuser"),
        ("dbt", "reos_dbt has or may take BYPASSRLS"),
        ("quality", "reos_quality has or may take BYPASSRLS"),
        ("owner", "reos_owner owns .*app.property"),
    ],
)
def test_unsafe_roles_are_refused_with_the_reason(database, role, reason):
    with pytest.raises(ConfigurationError, match=reason):
        db.assert_safe_role(database.connect(role))


def test_safe_name_over_an_unsafe_login_is_refused(database):
    conn = database.connect("superuser", autocommit=True)
    conn.execute("set role reos_app")
    with pytest.raises(ConfigurationError, match="superuser"):
        db.assert_safe_role(conn)


def test_membership_in_an_owner_is_refused(server, database):
    with server.superuser() as superuser:
        superuser.execute("grant reos_owner to reos_app")
        try:
            with pytest.raises(ConfigurationError, match="reos_app owns"):
                db.assert_safe_role(database.connect("app"))
        finally:
            superuser.execute("revoke reos_owner from reos_app")


def test_app_has_no_temporary_tables_and_pipeline_has(database):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.connect("app").execute("create temporary table t (n int)")
    database.connect("pipeline").execute("create temporary table t (n int)")


def test_a_confined_connection_knows_one_tenant_even_outside_a_tenant_transaction(database, two_tenants):
    mine, other = two_tenants
    with db.connect(database.url("pipeline"), autocommit=True, tenant_id=mine) as conn:
        assert conn.execute("select tenant_id from app.tenant").fetchall() == [{"tenant_id": mine}]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(
                "insert into app.dirty_property (model, tenant_id, property_id) values ('m', %s, %s)", (other, uuid4())
            )
