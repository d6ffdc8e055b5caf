"""Merges and reviews of two tenants: the north neither sees, changes nor points into the south's."""

from uuid import UUID, uuid4

import psycopg
import pytest

from reos.core.clock import SystemClock
from reos.core.errors import NotFoundError
from reos.core.ids import new_id
from reos.db import tenant_transaction
from reos.pipeline import merge
from reos.pipeline.discover import Lead, discover
from reos.property.found import FoundIdentity, learn_identity

TABLES = ("app.property_merge", "app.match_review")


@pytest.fixture
def south_matches(database, two_tenants):
    """Return a survivor of the south, what it absorbed, and its open review."""
    south = two_tenants[1]
    conn = database.connect("app", autocommit=True)
    lines = ("67 Main St", "67 Main", "9 Pine St Apt 1", "9 Pine St")
    leads = [Lead(address=f"{line}, Seattle, WA 98101") for line in lines]
    _, absorbed, *_ = discover(conn, south, leads, clock=SystemClock(), correlation_id=uuid4())
    with tenant_transaction(conn, south):
        (review,) = conn.execute("select review_id from app.match_review").fetchall()
    return absorbed.property_id, absorbed.absorbed_id, review["review_id"]


@pytest.mark.usefixtures("south_matches")
@pytest.mark.parametrize("table", TABLES)
def test_the_south_alone_sees_its_rows(database, two_tenants, table):
    app = database.connect("app", autocommit=True)
    counts = []
    for tenant_id in two_tenants:
        with tenant_transaction(app, tenant_id):
            counts.append(len(app.execute(f"select from {table}").fetchall()))
            assert app.execute(f"update {table} set reason = 'x'").rowcount == counts[-1]  # noqa: S608
    assert counts == [0, 1]
    assert app.execute(f"select from {table}").fetchall() == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(f"delete from {table}")  # noqa: S608


def test_no_row_of_the_north_points_into_the_south(database, two_tenants, south_matches):
    north = two_tenants[0]
    survivor, absorbed, _ = south_matches
    app = database.connect("app", autocommit=True)
    (own,) = discover(app, north, [Lead(address="1 Elm St, Seattle, WA 98101")], clock=SystemClock(),
                      correlation_id=uuid4())  # fmt: skip
    for statement in (
        "update app.property set merged_into = %(other)s where property_id = %(own)s",
        """insert into app.property_merge (tenant_id, merge_id, survivor_id, absorbed_id, evidence, decided_by, reason,
           merged_at) values (%(north)s, gen_random_uuid(), %(other)s, %(own)s, '{}', 'x', 'x', now())""",
        """insert into app.match_review (tenant_id, review_id, property_id, candidate_id, evidence, reason, opened_at)
           values (%(north)s, gen_random_uuid(), %(own)s, %(other)s, '{}', 'x', now())""",
    ):
        for other in (survivor, absorbed, uuid4()):
            values = {"north": north, "own": own.property_id, "other": other}
            with pytest.raises(psycopg.errors.ForeignKeyViolation), tenant_transaction(app, north):
                app.execute(statement, values)


def test_the_south_s_matches_are_not_found_by_the_north(database, two_tenants, south_matches):
    north = two_tenants[0]
    survivor, absorbed, review_id = south_matches
    app = database.connect("app", autocommit=True)
    person = merge.Person(UUID(int=1), SystemClock())
    for act in (
        lambda: merge.merge(app, north, survivor, absorbed, reason="x", person=person),
        lambda: merge.unmerge(app, north, survivor, absorbed, reason="x", person=person),
        lambda: merge.decide(app, north, review_id, merge.Status.SAME, note="", person=person),
    ):
        with pytest.raises(NotFoundError), tenant_transaction(app, north):
            act()


def test_what_the_south_has_learned_is_neither_seen_nor_used_nor_written_by_the_north(database, two_tenants):
    north, south = two_tenants
    app, pipeline = (database.connect(role, autocommit=True) for role in ("app", "pipeline"))
    parcels = [
        discover(app, tenant_id, [Lead(apn="7129300520", county_fips="53033")], clock=SystemClock(),
                 correlation_id=uuid4())[0].property_id
        for tenant_id in two_tenants
    ]  # fmt: skip
    said = [FoundIdentity(each, "attom", "12 N Main St", "Seattle", "WA", "98101") for each in parcels]
    with tenant_transaction(pipeline, south):
        learn_identity(pipeline, south, said, clock=SystemClock(), new_id=new_id)
    counts = []
    for tenant_id in two_tenants:
        with tenant_transaction(app, tenant_id):
            counts.append(len(app.execute("select from app.property_alias").fetchall()))
    assert counts == [0, 1]
    lead = Lead(address="12 N Main St, Seattle, WA 98101")
    (found,) = discover(app, north, [lead], clock=SystemClock(), correlation_id=uuid4())
    assert found.created
    copy = """insert into app.property_alias (tenant_id, property_id, source, address_block, found_at)
              values (%s, %s, 'attom', '12|MN', now())"""
    with pytest.raises(psycopg.errors.ForeignKeyViolation), tenant_transaction(pipeline, north):
        pipeline.execute(copy, (north, parcels[1]))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(pipeline, south):
        pipeline.execute(copy, (north, parcels[0]))
    for statement in ("update app.property_alias set source = 'x'", "delete from app.property_alias", copy):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(app, south):
            app.execute(statement, (south, parcels[1]) if statement is copy else None)
