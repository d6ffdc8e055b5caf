"""Fairness data behind its wall: everybody who scores, lists, serves or imports tries to read it, and is refused."""

import psycopg
import pytest
from psycopg import sql

from reos.db.roles import APP, AUDITOR, DBT, DEFINER, OWNER, PIPELINE, QUALITY

OUTSIDE = ("app", "pipeline", "dbt", "quality")
READERS = """
select distinct p.grantee::regrole::text as role, p.privilege_type as privilege
  from pg_class c join pg_namespace n on n.oid = c.relnamespace,
       aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) p
 where n.nspname = 'audit' and c.relkind in ('r', 'p', 'v', 'm') and p.privilege_type = 'SELECT'
"""
PLANT = """
create table audit.planted as select 'Ballard' as tract, 0.42 as share;
grant select on audit.planted to reos_auditor
"""


@pytest.fixture
def planted(database):
    """A database whose schema audit holds a fact."""
    database.connect("owner", autocommit=True).execute(PLANT)
    return database


def tables(database):
    query = "select relname from pg_class where relnamespace = 'audit'::regnamespace and relkind in ('r', 'v', 'm')"
    return [row["relname"] for row in database.connect("superuser").execute(query)]


@pytest.mark.parametrize("role", OUTSIDE)
def test_nobody_outside_reads_what_is_kept_for_auditors(planted, role):
    conn = planted.connect(role, autocommit=True)
    assert "planted" in tables(planted)
    for table in tables(planted):
        for query in ("select * from {}", "select count(*) from {}", "table {}", "select 1 from {} for update"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(sql.SQL(query).format(sql.Identifier("audit", table)))


@pytest.mark.parametrize("role", OUTSIDE)
def test_nobody_outside_gets_in_by_a_side_door(planted, role):
    """A view, a copy, another role, a grant to oneself, a new table in the schema: each is refused."""
    conn = planted.connect(role, autocommit=True)
    for statement in (
        "create table audit.mine as select 1 as n",
        "copy audit.planted to stdout",
        "create view marts.leak as select * from audit.planted",
        "create table staging.leak as select * from audit.planted",
        "explain analyze select * from audit.planted",
        "alter schema audit owner to current_user",
        "grant select on audit.planted to current_user",
        "set role reos_auditor",
        "set role reos_owner",
    ):
        with pytest.raises(psycopg.Error) as refused:
            conn.execute(statement)
        assert isinstance(refused.value, psycopg.errors.InsufficientPrivilege), statement


def test_the_auditor_reads_and_writes_nothing(planted):
    owner = planted.connect("owner", autocommit=True)
    owner.execute("set role reos_auditor")
    assert owner.execute("select share::text as share from audit.planted").fetchall() == [{"share": "0.42"}]
    for statement in ("delete from audit.planted", "insert into audit.planted values ('x', 1)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(statement)


def test_the_auditor_may_join_outcomes_once_dbt_has_made_them(database):
    dbt = database.connect("dbt", autocommit=True)
    dbt.execute("create table marts.outcome as select 1 as score")
    owner = database.connect("owner", autocommit=True)
    owner.execute("set role reos_auditor")
    assert owner.execute("select score from marts.outcome").fetchall() == [{"score": 1}]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("select * from app.user_account")


def test_the_auditor_is_nobodys_login_and_lent_to_the_owner_alone(database):
    superuser = database.connect("superuser")
    login = "select rolcanlogin, rolsuper from pg_roles where rolname = %s"
    assert superuser.execute(login, (AUDITOR,)).fetchone() == {"rolcanlogin": False, "rolsuper": False}
    members = """select m.member::regrole::text as role, m.inherit_option as inherits from pg_auth_members m
                  where m.roleid = %s::regrole"""
    assert superuser.execute(members, (AUDITOR,)).fetchall() == [{"role": OWNER, "inherits": False}]


def test_what_the_migrations_put_there_is_read_by_the_auditor_and_by_what_fills_it(database):
    superuser = database.connect("superuser")
    readers = {row["role"] for row in superuser.execute(READERS)}
    assert readers <= {OWNER, AUDITOR, DEFINER}
    assert not readers & {APP, PIPELINE, DBT, QUALITY}
    owner = superuser.execute("select nspowner::regrole::text as owner from pg_namespace where nspname = 'audit'")
    assert owner.fetchone() == {"owner": OWNER}
