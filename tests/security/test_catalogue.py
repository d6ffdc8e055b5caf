"""Reads the catalogue of a migrated database, so that a table added without its isolation is found by its absence."""

import pytest

from reos.db import rls
from reos.db.roles import APP, DEFINER, OWNER

SHARED_TABLES = {
    *("app.event_subject", "app.event_type", "app.consumer_cursor", "app.wake_cursor", "app.quality_run"),
    *("app.reference_load", "app.address_point", "app.address_point_stage", "app.zip_area", "app.policy_version"),
    *("raw.zillow_region", "raw.zillow_index", "raw.census_acs"),
    *("app.provider_health", "app.source_status"),
}
# Keys that span tenants: identities that only the database fills in, and a slug that only an administrator chooses.
SPANNING_KEYS = {"pk_dirty_property", "uq_event_log_seq", "uq_tenant_slug"}
DEFINER_FUNCTIONS = {
    "app.find_login(text)": {APP},
    "app.queue_dirty()": {OWNER},
    "app.queue_moved()": {OWNER},
    "app.queue_reweighted()": {OWNER},
    "app.score_weight_sum()": {OWNER},
}

TABLES = """
select n.nspname || '.' || c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
       exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as of_tenant,
       pg_get_userbyid(c.relowner) as owner
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('app', 'raw') and c.relkind in ('r', 'p')
"""
POLICIES = """
select schemaname || '.' || tablename as name, policyname, permissive, roles::text[] as roles, cmd, qual, with_check
  from pg_policies where schemaname in ('app', 'raw')
"""
KEYS = """
select i.indexrelid::regclass::text as name, t.relname as table,
       (select attname from pg_attribute where attrelid = t.oid and attnum = i.indkey[0]) as first
  from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
 where n.nspname in ('app', 'raw') and i.indisunique
   and exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'tenant_id')
"""
FOREIGN_KEYS = """
select c.conname as name,
       (select attname from pg_attribute where attrelid = c.conrelid and attnum = c.conkey[1]) as first,
       (select attname from pg_attribute where attrelid = c.confrelid and attnum = c.confkey[1]) as referenced
  from pg_constraint c join pg_namespace n on n.oid = c.connamespace
 where c.contype = 'f' and n.nspname in ('app', 'raw')
   and exists (select from pg_attribute a where a.attrelid = c.confrelid and a.attname = 'tenant_id')
"""
APP_PRIVILEGES = """
select n.nspname || '.' || c.relname as name, p.privilege_type as privilege
  from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) p
 where n.nspname in ('app', 'raw') and c.relkind in ('r', 'p', 'v', 'm') and p.grantee = 'reos_app'::regrole
"""
FUNCTIONS = """
select p.oid::regprocedure::text as name, p.prosecdef as definer, pg_get_userbyid(p.proowner) as owner,
       coalesce(p.proconfig, '{}') as config,
       array(select case x.grantee when 0 then 'public' else pg_get_userbyid(x.grantee) end
               from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
              where x.grantee <> p.proowner) as callers
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('app', 'raw')
"""


def find_unisolated(conn):
    """Return the tables that should be isolated and are not, and those that lack a tenant without being listed."""
    policies = {}
    for row in conn.execute(POLICIES):
        policies.setdefault(row["name"], set()).add(row["policyname"])
    tables = conn.execute(TABLES).fetchall()
    isolated = {row["name"] for row in tables if row["forced"] and policies.get(row["name"]) == rls.POLICY_NAMES}
    return {row["name"] for row in tables if row["of_tenant"]} - isolated | {
        row["name"] for row in tables if not row["of_tenant"]
    } - SHARED_TABLES


def find_spanning_keys(conn):
    """Return unique keys and references that do not start with the tenant: they could betray another tenant's rows."""
    unique = {row["name"].split(".")[-1] for row in conn.execute(KEYS) if row["first"] != "tenant_id"}
    references = {
        row["name"] for row in conn.execute(FOREIGN_KEYS) if (row["first"], row["referenced"]) != ("tenant_id",) * 2
    }
    return (unique | references) - SPANNING_KEYS


@pytest.fixture
def superuser(module_database):
    """A connection whose changes are undone after the test, so that planted gaps do not outlive it."""
    conn = module_database.connect("superuser")
    yield conn
    conn.rollback()


def test_every_tenant_table_is_isolated(superuser):
    assert find_unisolated(superuser) == set()


@pytest.mark.parametrize(
    "plant",
    [
        "create table app.planted (tenant_id uuid)",
        "create table raw.planted (n int)",
        "alter table app.memo no force row level security",
        "alter table app.memo disable row level security",
        "drop policy tenant_isolation on app.memo",
        "create policy extra on app.memo for select to reos_app using (true)",
    ],
)
def test_planted_gap_in_isolation_is_found(superuser, plant):
    superuser.execute(plant)
    assert find_unisolated(superuser) != set()


def test_every_unique_and_foreign_key_starts_with_the_tenant(superuser):
    assert find_spanning_keys(superuser) == set()


@pytest.mark.parametrize(
    "plant",
    [
        "create unique index planted on app.memo (storage_key)",
        """alter table app.property add constraint u unique (property_id);
        alter table app.memo add constraint planted foreign key (property_id) references app.property (property_id)""",
    ],
)
def test_planted_spanning_key_is_found(superuser, plant):
    superuser.execute(plant)
    assert find_spanning_keys(superuser) != set()


def test_policies_check_what_is_written_as_well_as_what_is_read(superuser):
    policies = superuser.execute(POLICIES).fetchall()
    assert {row["cmd"] for row in policies} == {"ALL"}
    for row in policies:
        restrictive = row["permissive"] == "RESTRICTIVE"
        assert restrictive == row["policyname"].endswith("_isolation"), row
        assert row["qual"] == row["with_check"], row
        assert ("tenant_id = ( SELECT" in row["qual"]) == restrictive, row


def test_app_has_just_the_privileges_that_its_work_needs(superuser):
    given = {}
    for row in superuser.execute(APP_PRIVILEGES):
        given.setdefault(row["privilege"], set()).add(row["name"])
    assert set(given) == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert given["DELETE"] == {"app.idempotency_key"}
    assert not {name for name in given["INSERT"] | given["UPDATE"] if name.startswith("raw.")}
    unseen = {"app.consumer_cursor", "app.wake_cursor", "app.dirty_property", "app.quality_run"}
    assert not unseen & set().union(*given.values())
    assert not given["UPDATE"] & {"app.event_log", "app.policy_decision", "app.score_weight", "app.tenant"}


def test_app_creates_nothing_owns_nothing_and_may_not_keep_temporary_tables(superuser):
    row = superuser.execute(
        """
        select has_database_privilege('reos_app', current_database(), 'temp') as temp,
               has_database_privilege('reos_app', current_database(), 'create') as create_schema,
               (select count(*) from pg_namespace where has_schema_privilege('reos_app', oid, 'create')) as creatable,
               (select count(*) from pg_class where relowner = 'reos_app'::regrole) as owned,
               (select count(*) from pg_class where has_table_privilege('reos_app', oid, 'truncate')
                   and relnamespace::regnamespace::text in ('app', 'raw') and relkind = 'r') as truncatable
        """
    ).fetchone()
    assert row == {"temp": False, "create_schema": False, "creatable": 0, "owned": 0, "truncatable": 0}


def test_functions_with_their_owners_rights_are_known_pinned_and_closed_to_the_public(superuser):
    functions = superuser.execute(FUNCTIONS).fetchall()
    assert {row["name"]: set(row["callers"]) for row in functions if row["definer"]} == DEFINER_FUNCTIONS
    for row in functions:
        assert "public" not in row["callers"], row
        if row["definer"]:
            assert row["owner"] == DEFINER, row
            assert any(setting.startswith("search_path=pg_catalog") for setting in row["config"]), row


def test_every_table_belongs_to_the_migrating_role_alone(superuser):
    assert {row["owner"] for row in superuser.execute(TABLES)} == {OWNER}
