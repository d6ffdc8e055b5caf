"""Rules that the database keeps for properties: stages go forward, versions count, changes queue a recomputation."""

from datetime import date
from hashlib import sha256
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reos.db import tenant_transaction, transaction
from reos.db.tables.property import STAGES

DIRTY = "select model, tenant_id, property_id from app.dirty_property order by dirty_id"
LAND = """
insert into raw.county_assessor_parcel
  (tenant_id, property_id, logical_date, fetched_at, licence, body, body_sha256, county_fips)
values (%s, %s, %s, now(), 'open', %s, %s, '53033')
on conflict (tenant_id, property_id, logical_date) do update
   set body = excluded.body, body_sha256 = excluded.body_sha256
 where raw.county_assessor_parcel.body_sha256 is distinct from excluded.body_sha256
"""


@pytest.fixture
def pipeline(database):
    return database.connect("pipeline")


@pytest.fixture
def house(pipeline, two_tenants):
    return add_house(pipeline, two_tenants[0])


def add_house(conn, tenant_id, **columns: str):
    values = {"county_fips": "53033", "apn_key": uuid4().hex, "source": "test", **columns}
    house = uuid4()
    names = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    with transaction(conn):
        conn.execute(
            f"insert into app.property (tenant_id, property_id, {names}) values (%s, %s, {marks})",  # noqa: S608
            (tenant_id, house, *values.values()),
        )
    return house


def move(conn, house, stage):
    with transaction(conn):
        conn.execute("update app.property set stage = %s where property_id = %s", (stage, house))


def drain(database):
    dbt = database.connect("dbt", autocommit=True)
    rows = dbt.execute(DIRTY).fetchall()
    dbt.execute("delete from app.dirty_property")
    return [(row["model"], row["property_id"]) for row in rows]


@pytest.mark.parametrize("index", range(1, len(STAGES)))
def test_stage_goes_forward_and_stays_but_never_back(pipeline, house, index):
    move(pipeline, house, STAGES[index])
    move(pipeline, house, STAGES[index])
    with pytest.raises(psycopg.errors.CheckViolation, match="may not go back"):
        move(pipeline, house, STAGES[index - 1])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=st.lists(st.sampled_from(STAGES), max_size=8))
def test_whatever_is_wished_the_stage_is_the_furthest_reached(pipeline, two_tenants, wishes):
    house = add_house(pipeline, two_tenants[0])
    furthest = 0
    for wish in wishes:
        rank = STAGES.index(wish)
        if rank < furthest:
            with pytest.raises(psycopg.errors.CheckViolation):
                move(pipeline, house, wish)
        else:
            move(pipeline, house, wish)
            furthest = rank
    with transaction(pipeline):
        row = pipeline.execute("select stage from app.property where property_id = %s", (house,)).fetchone()
    assert row == {"stage": STAGES[furthest]}


def test_unknown_stage_is_refused(pipeline, house):
    with pytest.raises(psycopg.errors.CheckViolation):
        move(pipeline, house, "sold")


def test_every_update_counts_a_version_and_moves_the_time(pipeline, house):
    with transaction(pipeline):
        pipeline.execute("update app.property set city = 'Seattle', version = 99")
    with transaction(pipeline):
        row = pipeline.execute("select version, updated_at > created_at as later from app.property").fetchone()
    assert row == {"version": 2, "later": True}
    assert house


def test_new_property_is_queued_and_a_change_of_stage_is_not(database, pipeline, house):
    assert drain(database) == [("int_property__resolved", house)]
    move(pipeline, house, "enriched")
    assert drain(database) == []


@pytest.mark.parametrize(
    "change",
    [
        "update app.property set address_line = '1 Main St'",
        "update app.property set latitude = 47.6",
        "update app.property set deleted_at = '2026-01-01'",
    ],
)
def test_change_of_what_is_resolved_is_queued_once(database, pipeline, house, change):
    drain(database)
    for _ in range(2):
        with transaction(pipeline):
            pipeline.execute(change)
    assert drain(database) == [("int_property__resolved", house)]


def test_app_queues_through_the_trigger_without_a_grant(database, two_tenants):
    north, _ = two_tenants
    app = database.connect("app")
    with tenant_transaction(app, north):
        app.execute(
            "insert into app.property (tenant_id, property_id, address_key, source) values (%s, %s, 'X', 't')",
            (north, uuid4()),
        )
    assert len(drain(database)) == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("select from app.dirty_property")


def test_landing_queues_a_new_and_a_changed_answer_but_not_the_same_again(database, pipeline, two_tenants, house):
    def land(body) -> None:
        with transaction(pipeline):
            day = date(2026, 1, 1)
            pipeline.execute(LAND, (two_tenants[0], house, day, body, sha256(body.encode()).digest()))

    drain(database)
    land('{"a": 1}')
    assert drain(database) == [("int_property__resolved", house)]
    land('{"a": 1}')
    assert drain(database) == []
    land('{"a": 2}')
    assert drain(database) == [("int_property__resolved", house)]


def test_parcel_is_unique_within_tenant_and_county_and_address_only_without_a_parcel(pipeline, two_tenants):
    north, south = two_tenants
    add_house(pipeline, north, apn_key="7", address_key="1 MAIN")
    add_house(pipeline, north, apn_key="7", county_fips="06037")
    add_house(pipeline, south, apn_key="7")
    add_house(pipeline, north, apn_key="8", address_key="1 MAIN")
    with pytest.raises(psycopg.errors.UniqueViolation):
        add_house(pipeline, north, apn_key="7")


@pytest.mark.parametrize("columns", [{"apn_key": None}, {"county_fips": None}])
def test_property_needs_an_identity_and_a_parcel_needs_its_county(pipeline, two_tenants, columns):
    with pytest.raises(psycopg.errors.CheckViolation):
        add_house(pipeline, two_tenants[0], **columns)


def test_app_may_not_write_landing_tables(database, two_tenants):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.connect("app").execute(LAND, (two_tenants[0], uuid4(), date(2026, 1, 1), "{}", b""))


def test_memo_is_asked_for_once_while_the_request_is_open(database, pipeline, two_tenants, house):
    north, _ = two_tenants
    ask = "insert into app.memo_request (tenant_id, request_id, property_id, requested_by) values (%s, %s, %s, %s)"
    app = database.connect("app")
    with tenant_transaction(app, north):
        app.execute(ask, (north, uuid4(), house, uuid4()))
    with pytest.raises(psycopg.errors.UniqueViolation), tenant_transaction(app, north):
        app.execute(ask, (north, uuid4(), house, uuid4()))
    with transaction(pipeline):
        pipeline.execute("update app.memo_request set fulfilled_at = now()")
    with tenant_transaction(app, north):
        app.execute(ask, (north, uuid4(), house, uuid4()))
