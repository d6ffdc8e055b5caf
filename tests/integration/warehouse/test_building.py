"""Builds as a whole: on an empty database, twice, rebuilt under readers, and dbt's own unit tests."""

import threading
from typing import Any

import pytest

from reos.pipeline import warehouse as builder
from reos.pipeline.warehouse import Dbt, is_built

OIDS = """
select n.nspname || '.' || c.relname as name, c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('intermediate', 'marts') and c.relkind = 'r' order by 1
"""
SCORES = """
select d.apn, f.score, f.confidence, f.inputs_hash, f.component_points, f.component_values, f.estimated_value, f.as_of,
       f.score_version, d.resolved_hash
  from marts.dim_property d join marts.fct_property_score f using (tenant_id, property_id) order by d.apn
"""


def test_the_first_data_in_a_database_that_was_never_built_is_gated_and_scored(unbuilt_world: Any) -> None:
    world = unbuilt_world
    houses = world.north.neighbourhood(6)
    world.north.county(houses[0], "0000000001", YR_BUILT=-5)
    assert not is_built(world.database.connect("dbt", autocommit=True))
    report = world.scorer.run()
    assert (report.computed, report.published, report.quarantined) == (6, 6, 1)
    assert world.scorer.run().computed == 0


def test_the_same_inputs_give_the_same_bytes_in_another_database(world: Any, warehouse_template: str) -> None:
    """Other order of arrival, other identifiers, several runs instead of one."""
    houses = world.north.neighbourhood(8)
    world.north.county(houses[0], "0000000001")
    world.north.attom(houses[1], identifier={"apn": "B"}, summary={"yearBuilt": 1955})
    world.scorer.run()
    once = repr(world.scorer.rows(SCORES)).encode()

    world.database.recreate(warehouse_template)
    conn = world.database.connect("superuser", autocommit=True)
    conn.execute("insert into app.tenant (tenant_id, slug, name) values (gen_random_uuid(), 'other', 'Other')")
    conn.execute(
        "insert into app.score_weight_version (tenant_id, version, is_active, created_by) "
        "select tenant_id, 1, true, 'x' from app.tenant"
    )
    from reos.db.seed import DEFAULT_WEIGHTS  # noqa: PLC0415 - beside its one use

    with conn.transaction():
        for weight in DEFAULT_WEIGHTS:
            conn.execute(
                "insert into app.score_weight select tenant_id, 1, %s, %s, %s, %s, %s from app.tenant", list(weight)
            )
    world.north.conn = world.database.connect("pipeline", autocommit=True)
    world.north.tenant_id = world.scorer.value("select tenant_id from app.tenant")
    later = world.north.neighbourhood(4, first=5)
    world.scorer.run()
    earlier = world.north.neighbourhood(4)
    world.north.attom(earlier[1], identifier={"apn": "B"}, summary={"yearBuilt": 1955})
    world.north.county(earlier[0], "0000000001")
    world.scorer.run()

    assert later[0] not in houses
    strip = "update marts.fct_property_score set score_version = 1"  # two runs may number what one run numbers 1
    conn.execute(strip)
    assert repr(world.scorer.rows(SCORES)).encode() == once


def test_a_rebuild_keeps_every_table_and_disturbs_no_reader(world: Any) -> None:
    world.north.neighbourhood(6)
    world.scorer.run()
    before = world.scorer.rows(OIDS)
    seen: list[int] = []
    stop = threading.Event()

    def read() -> None:
        with world.database.connect("superuser", autocommit=True) as conn:
            while not stop.is_set():
                row = conn.execute("select count(*) as n from marts.property_score_reason").fetchone()
                seen.append(row["n"] if row else -1)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        result = builder.build(
            world.scorer.settings, full_refresh=True, as_of=world.north.day, clock=world.scorer.clock
        )
    finally:
        stop.set()
        reader.join()
    assert result.success
    assert world.scorer.rows(OIDS) == before
    assert set(seen) == {42}


def test_a_build_of_a_selection_runs_just_that(world: Any) -> None:
    result = builder.build(
        world.scorer.settings, select="dim_property", as_of=world.north.day, clock=world.scorer.clock
    )
    assert [node.name for node in result.models] == ["dim_property"]
    assert {node.kind for node in result.nodes} == {"model", "test"}


def test_a_source_that_has_fallen_silent_is_named_and_one_that_was_never_used_is_not(world: Any) -> None:
    (house,) = world.north.neighbourhood(1)
    world.north.county(house, "0000000001")
    with world.database.connect("superuser", autocommit=True) as conn:
        conn.execute("update raw.county_assessor_parcel set fetched_at = now() - interval '31 days'")
        conn.execute("update raw.import_record set fetched_at = now()")
    found = builder.build(world.scorer.settings, as_of=world.north.day, clock=world.scorer.clock)
    assert found.silent_sources == ("raw.county_assessor_parcel",)


def test_one_build_waits_for_another(world: Any) -> None:
    settings = world.scorer.settings
    with builder.exclusive(settings), world.database.connect("superuser", autocommit=True) as conn:
        conn.execute("set statement_timeout = '300ms'")
        with pytest.raises(Exception, match="statement timeout"):
            conn.execute("select pg_advisory_lock(hashtext('reos'), hashtext('warehouse'))")
    with builder.exclusive(settings):
        pass


def test_the_unit_tests_of_the_models_pass(world: Any) -> None:
    result = Dbt(world.scorer.settings, world.north.day).run("test", "--select", "test_type:unit")
    assert len(result.nodes) >= 15
    assert {node.status for node in result.nodes} == {"pass"}


def test_tables_that_grew_are_analysed_before_they_are_read(world: Any) -> None:
    world.north.neighbourhood(60)
    known = "select reltuples::int from pg_class where oid = 'raw.import_record'::regclass"
    assert world.scorer.value(known) <= 0
    world.scorer.run()
    assert world.scorer.value(known) == 60
