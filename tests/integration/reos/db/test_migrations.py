"""The migrations: one line of them, up and down and up again, and the result is what the table metadata says."""

import psycopg
import pytest
import sqlalchemy

from reos.core.errors import ConfigurationError
from reos.db import migrate, roles

RELATIONS = """
select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('app', 'raw') order by 1
"""
LEFT_OVERS = """
select n.nspname || '.' || p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname in ('app', 'raw')
union all select nspname from pg_namespace
 where nspname in ('app', 'raw', 'staging', 'intermediate', 'marts', 'bi', 'audit')
union all select defaclrole::regrole::text from pg_default_acl
"""


def test_there_is_one_head():
    assert len(migrate.scripts().get_heads()) == 1


def test_tables_in_the_database_are_those_of_the_metadata(module_database):
    assert migrate.differences(module_database.url("owner")) == []


def test_comparison_finds_a_table_and_a_column_that_differ(database):
    owner = database.connect("owner", autocommit=True)
    owner.execute("create table app.planted (n int)")
    owner.execute("alter table app.memo alter column storage_key drop not null")
    assert len(migrate.differences(database.url("owner"))) == 2


def test_down_leaves_nothing_and_up_again_restores_everything(database):
    before = database.connect("superuser", autocommit=True).execute(RELATIONS).fetchall()
    migrate.downgrade(database.url("owner"), "base")
    left = database.connect("superuser", autocommit=True).execute(LEFT_OVERS).fetchall()
    assert left == []
    migrate.upgrade(database.url("owner"))
    assert database.connect("superuser", autocommit=True).execute(RELATIONS).fetchall() == before


def test_every_revision_goes_down_and_up_by_itself(database):
    names = [revision.revision for revision in migrate.scripts().walk_revisions()]
    for name in [*names[1:], "base"]:
        migrate.downgrade(database.url("owner"), name)
    for name in reversed(names):
        migrate.upgrade(database.url("owner"), name)
    assert migrate.differences(database.url("owner")) == []


def test_upgrading_twice_changes_nothing(database):
    migrate.upgrade(database.url("owner"))
    assert migrate.differences(database.url("owner")) == []


def test_migration_gives_up_rather_than_queue_behind_a_lock(database):
    holder = database.connect("owner")
    holder.execute("lock table app.memo in access share mode")
    with pytest.raises(sqlalchemy.exc.OperationalError, match="lock timeout"):
        migrate.downgrade(database.url("owner"), "base")


def test_relations_that_dbt_creates_are_readable_by_those_who_should(database):
    dbt = database.connect("dbt", autocommit=True)
    for schema in ("staging", "intermediate", "marts"):
        dbt.execute(f"create table {schema}.thing as select 1 as n")
    readable = {
        role: {schema for schema in ("staging", "intermediate", "marts") if can_read(database, role, schema)}
        for role in ("app", "pipeline", "quality")
    }
    assert readable == {
        "app": {"staging", "marts"},
        "pipeline": {"staging", "marts"},
        "quality": {"staging", "intermediate", "marts"},
    }


def can_read(database, role, schema):
    try:
        database.connect(role, autocommit=True).execute(f"select n from {schema}.thing")  # noqa: S608 - names of this test
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def test_roles_may_be_ensured_again_and_are_put_right(server, database):
    with server.superuser() as superuser:
        superuser.execute("alter role reos_app superuser bypassrls createdb")
        roles.ensure_roles(superuser, {})
        row = superuser.execute("select rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = 'reos_app'")
        assert row.fetchone() == {"rolsuper": False, "rolbypassrls": False, "rolcreatedb": False}
        roles.create_database(superuser, database.name)
    assert database.connect("app").execute("select 1 as n").fetchone() == {"n": 1}


def test_password_of_an_unknown_role_is_refused(server):

    with server.superuser() as superuser, pytest.raises(ConfigurationError, match="reos_nobody"):
        roles.ensure_roles(superuser, {"reos_nobody": "x"})


def test_only_our_roles_may_connect(server, database):
    with server.superuser() as superuser:
        superuser.execute("create role stranger login password 'x'")
        url = database.url("app").replace(database.url("app").split("//")[1].split("@")[0], "stranger:x")
        try:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(url)
        finally:
            superuser.execute("drop role stranger")
