"""Two tenants, the API's role: whatever the north asks for, it cannot see, change or even detect the south's rows."""

from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from reos import db, events
from reos.db import seed, tenant_transaction
from reos.events import EventType, NewEvent

INSERT_PROPERTY = """
insert into app.property (tenant_id, property_id, county_fips, apn, apn_key, address_line, source)
values (%s, %s, '53033', 'A-1', %s, '1 Main St', 'test')
"""


@pytest.fixture
def south_house(database, two_tenants):
    """A property of the south, with a row in each kind of table that hangs on it."""
    _, south = two_tenants
    house = uuid4()
    pipeline = database.connect("pipeline")
    with tenant_transaction(pipeline, south):
        pipeline.execute(INSERT_PROPERTY, (south, house, "A1"))
        pipeline.execute(
            """
            insert into raw.county_assessor_parcel
              (tenant_id, property_id, logical_date, fetched_at, licence, body, body_sha256, county_fips)
            values (%s, %s, '2026-01-01', now(), 'open', '{}', sha256(''), '53033')
            """,
            (south, house),
        )
        events.append(pipeline, [NewEvent(EventType.PROPERTY_DISCOVERED, south, house, {}, uuid4())])
    return house


@pytest.fixture
def app(database):
    return database.connect("app")


def tables_of(database):
    query = """
        select table_schema as schema, table_name as name from information_schema.columns
         where column_name = 'tenant_id' and table_schema in ('app', 'raw')
           and has_table_privilege('reos_app', format('%I.%I', table_schema, table_name), 'select')
    """
    rows = database.connect("superuser").execute(query.replace("%I", "%%I"), ()).fetchall()
    return [sql.Identifier(row["schema"], row["name"]) for row in rows]


def test_no_table_shows_a_row_of_another_tenant(database, two_tenants, south_house, app):
    north, south = two_tenants
    tables = tables_of(database)
    assert len(tables) > 20
    with tenant_transaction(app, north):
        for table in tables:
            query = sql.SQL("select count(*) as n from {} where tenant_id <> %s").format(table)
            assert app.execute(query, (north,)).fetchone() == {"n": 0}, table
    with tenant_transaction(app, south):
        assert app.execute("select property_id from app.property").fetchall() == [{"property_id": south_house}]
        assert len(app.execute("select from raw.county_assessor_parcel").fetchall()) == 1


@pytest.mark.usefixtures("south_house")
def test_without_a_tenant_there_is_no_row_in_any_table(database, two_tenants, app):
    for table in tables_of(database):
        assert app.execute(sql.SQL("select from {} limit 1").format(table)).fetchall() == [], table
    app.rollback()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(INSERT_PROPERTY, (two_tenants[0], uuid4(), "A1"))


@pytest.mark.usefixtures("south_house")
def test_empty_tenant_is_no_tenant(app):
    app.execute("select set_config('app.current_tenant_id', '', true)")
    assert app.execute("select from app.property").fetchall() == []


@pytest.mark.usefixtures("south_house")
def test_another_tenants_row_is_neither_updated_nor_moved(two_tenants, app):
    north, south = two_tenants
    with tenant_transaction(app, north):
        assert app.execute("update app.property set source = 'stolen'").rowcount == 0
        app.execute(INSERT_PROPERTY, (north, uuid4(), "B2"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(app, north):
        app.execute("update app.property set tenant_id = %s", (south,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(app, north):
        app.execute("delete from app.property")


def test_another_tenants_row_is_not_written(two_tenants, app):
    north, south = two_tenants
    with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(app, north):
        app.execute(INSERT_PROPERTY, (south, uuid4(), "B2"))


def test_keys_tell_nothing_of_another_tenants_rows(two_tenants, south_house, app):
    north, _ = two_tenants
    with tenant_transaction(app, north):
        # the same id and the same parcel as the south's, accepted as if the south did not exist
        assert app.execute(INSERT_PROPERTY, (north, south_house, "A1")).rowcount == 1
        upsert = INSERT_PROPERTY + " on conflict (tenant_id, property_id) do update set source = 'mine'"
        assert app.execute(upsert, (north, south_house, "A1")).rowcount == 1
    with tenant_transaction(app, north):
        assert app.execute("select source from app.property").fetchall() == [{"source": "mine"}]


def test_reference_to_another_tenants_row_is_refused_like_one_to_nothing(two_tenants, south_house, app):
    north, _ = two_tenants
    insert = """
        insert into app.memo (tenant_id, memo_id, property_id, score_version, inputs_hash, template_version,
                              document_sha256, byte_size, page_count, storage_key)
        values (%s, gen_random_uuid(), %s, 1, '', '1', '', 1, 1, 'k')
    """
    for property_id in (south_house, uuid4()):
        with pytest.raises(psycopg.errors.ForeignKeyViolation), tenant_transaction(app, north):
            app.execute(insert, (north, property_id))


@pytest.mark.usefixtures("south_house")
def test_pooled_connection_does_not_carry_the_tenant_on(two_tenants, app):
    _, south = two_tenants
    with tenant_transaction(app, south):
        assert len(app.execute("select from app.property").fetchall()) == 1
    assert app.execute("select from app.property").fetchall() == []
    app.rollback()
    with pytest.raises(RuntimeError), tenant_transaction(app, south):
        raise RuntimeError
    assert app.execute("select from app.property").fetchall() == []


@pytest.mark.usefixtures("two_tenants", "south_house")
def test_switching_row_security_off_is_an_error_not_a_way_round(app):
    app.execute("set row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("select from app.property")


@pytest.mark.parametrize("role", ["reos_owner", "reos_dbt", "reos_definer", "reos_pipeline"])
def test_app_cannot_become_another_role(app, role):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


@pytest.mark.usefixtures("south_house")
def test_pipeline_spans_tenants_until_it_names_one(database, two_tenants):
    north, south = two_tenants
    pipeline = database.connect("pipeline")
    with db.transaction(pipeline):
        assert len(pipeline.execute("select from app.property").fetchall()) == 1
        db.confine(pipeline, north)
        assert pipeline.execute("select from app.property").fetchall() == []
        db.confine(pipeline, None)
        assert len(pipeline.execute("select from app.property").fetchall()) == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(pipeline, north):
        pipeline.execute(INSERT_PROPERTY, (south, uuid4(), "C3"))


@pytest.mark.usefixtures("south_house")
def test_owner_sees_nothing_without_a_tenant_while_dbt_and_quality_see_all(database):
    counts = {
        role: len(database.connect(role).execute("select from app.property").fetchall())
        for role in ("owner", "dbt", "quality", "pipeline", "app")
    }
    assert counts == {"owner": 0, "dbt": 1, "quality": 1, "pipeline": 1, "app": 0}


def test_login_look_up_crosses_tenants_but_only_by_exact_address(database, two_tenants, app):
    owner = database.connect("owner")
    for tenant_id in two_tenants:
        seed.seed_user(owner, tenant_id, "Ann@Example.com", "Analyst", "correct horse", rounds=4)
    found = app.execute("select * from app.find_login('ANN@example.com')").fetchall()
    assert [row["tenant_slug"] for row in found] == ["north", "south"]
    assert app.execute("select * from app.find_login('%%')", ()).fetchall() == []
    app.rollback()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.connect("pipeline").execute("select * from app.find_login('ann@example.com')")
