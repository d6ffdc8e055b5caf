"""A run does the work of what changed; its end state is that of a full computation, whatever the order of arrival."""

from datetime import timedelta
from typing import Any

import pytest

from reos.pipeline import warehouse as builder
from reos.pipeline.dbt_result import WarehouseError

STATE = """
select d.apn, d.resolved_hash, f.score, f.inputs_hash, f.component_values::text as inputs, f.estimated_value
  from marts.dim_property d left join marts.fct_property_score f using (tenant_id, property_id)
 order by d.tenant_id, d.apn
"""
EVERYTHING = """
select (select count(*) from marts.fct_property_score_history) as versions,
       (select count(*) from app.event_log) as events,
       (select max(xmin::text::bigint) from marts.fct_property_score) as newest_score_write,
       (select max(xmin::text::bigint) from marts.dim_property) as newest_property_write,
       (select max(xmin::text::bigint) from intermediate.int_property__resolved) as newest_resolved_write,
       (select count(*) from app.dirty_property) as queued
"""


def state(world: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.scorer.rows(STATE)
    return found


def test_a_second_run_with_unchanged_inputs_writes_nothing(world: Any) -> None:
    houses = world.north.neighbourhood()
    world.north.county(houses[0], "0000000001")
    first = world.scorer.run()
    assert (first.computed, first.published) == (12, 12)
    before = world.scorer.rows(EVERYTHING)

    again = world.scorer.run()
    assert (again.computed, again.published, again.models) == (0, 0, ())

    world.north.county(houses[0], "0000000001")  # the same answer for the same day: not even queued
    assert world.scorer.run().computed == 0
    world.north.day += timedelta(days=-1)
    world.north.county(houses[0], "0000000001")  # an older answer that says the same: looked at, and nothing changes
    assert (world.scorer.run().computed, world.scorer.rows(EVERYTHING)) == (1, before)


def test_a_changed_fact_makes_a_new_version_of_its_property_only(world: Any) -> None:
    houses = world.north.neighbourhood()
    world.scorer.run()
    before = state(world)
    world.north.county(houses[2], "0000000003", OWNER_NAME="NEW OWNER")
    report = world.scorer.run()

    changed = [new["apn"] for old, new in zip(before, state(world), strict=True) if old != new]
    assert changed == ["0000000003"]
    assert (report.computed, report.published) == (1, 1)
    versions = world.scorer.rows(
        "select score_version from marts.fct_property_score_history where property_id = %s order by 1", houses[2]
    )
    assert [row["score_version"] for row in versions] == [1, 2]


def test_a_new_sale_moves_the_level_of_its_whole_zip(world: Any) -> None:
    houses = world.north.neighbourhood()
    world.scorer.run()
    before = {row["apn"]: row["estimated_value"] for row in state(world)}
    world.north.imported(houses[0], zip5="98001", sale_date="2026-06-02", sale_price=900_000, living_sqft=1000)
    report = world.scorer.run()

    after = {row["apn"]: row["estimated_value"] for row in state(world)}
    # 1 no longer stands at the bottom of the ZIP's prices but at the top. The others' median moves up by a place, which
    # is 10 a sqft; that of 7, which stood in the middle itself, by the place of 7 as well.
    moved = {int(apn): after[apn] - before[apn] for apn in after}
    assert moved == {number: {1: 0, 7: 20_000}.get(number, 10_000) for number in range(1, 13)}
    assert report.published == 12


def test_changes_in_any_order_end_as_a_full_computation_does(world: Any) -> None:
    houses = world.north.neighbourhood(6)
    world.scorer.run()
    world.north.county(houses[3], "0000000004", BEDROOMS=5)
    world.north.neighbourhood(6, first=7)
    world.scorer.run()
    world.north.attom(houses[0], identifier={"apn": "0000000001"}, assessment={"assessed": {"assdTtlValue": 220_000}})
    world.north.conn.execute("update app.property set zip5 = '98002' where property_id = %s", (houses[5],))
    world.scorer.run()
    stepwise = state(world)
    versions = world.scorer.value("select count(*) from marts.fct_property_score_history")

    settings = world.scorer.settings
    builder.build(settings, full_refresh=True, as_of=world.north.day, clock=world.scorer.clock)
    assert state(world) == stepwise
    assert world.scorer.value("select count(*) from marts.fct_property_score_history") == versions


def test_a_deleted_property_leaves_the_marts_and_the_market_but_not_the_history(world: Any) -> None:
    houses = world.north.neighbourhood(6)
    world.scorer.run()
    before = {row["apn"]: row["estimated_value"] for row in state(world)}
    world.north.conn.execute("update app.property set deleted_at = now() where property_id = %s", (houses[0],))
    world.scorer.run()

    after = {row["apn"]: row["estimated_value"] for row in state(world)}
    assert set(before) - set(after) == {"0000000001"}
    # five sales are left, four without one's own: too few
    assert set(after.values()) == {None}
    kept = "select count(*) from marts.fct_property_score_history where property_id = %s"
    assert world.scorer.value(kept, houses[0]) == 1


def test_other_weights_score_every_property_of_their_tenant_again(world: Any) -> None:
    world.north.neighbourhood(6)
    world.south.neighbourhood(2)
    world.scorer.run()
    with world.database.connect("superuser", autocommit=True) as conn, conn.transaction():
        tenant = (world.north.tenant_id,)
        conn.execute("update app.score_weight_version set is_active = false where tenant_id = %s", tenant)
        conn.execute(
            "insert into app.score_weight_version (tenant_id, version, is_active, created_by) "
            "values (%s, 2, true, 'x')",
            tenant,
        )
        conn.execute(
            "insert into app.score_weight (tenant_id, version, component, max_points, low, high) "
            "values (%s, 2, 'size', 100, 0, 2000)",
            tenant,
        )
    report = world.scorer.run()
    assert (report.computed, report.published) == (6, 6)
    scores = world.scorer.rows(
        "select distinct weights_version, score from marts.fct_property_score where tenant_id = %s", *tenant
    )
    assert scores == [{"weights_version": 2, "score": 50}]


def test_a_failing_model_keeps_what_was_queued(world: Any) -> None:
    houses = world.north.neighbourhood(2)
    world.scorer.run()
    with world.database.connect("superuser", autocommit=True) as conn:
        conn.execute("alter table intermediate.int_property__scored add constraint planted check (score < 0) not valid")
        world.north.county(houses[0], "0000000001")
        with pytest.raises(WarehouseError, match=r"int_property__scored: .* violates check constraint"):
            world.scorer.run()
        queued = "select model, property_id from app.dirty_property order by model"
        assert ("int_property__scored", houses[0]) in [
            (r["model"], r["property_id"]) for r in world.scorer.rows(queued)
        ]
        conn.execute("alter table intermediate.int_property__scored drop constraint planted")
    assert world.scorer.run().published == 1
    assert world.scorer.rows(queued) == []


def test_nothing_fetched_after_as_of_is_looked_at(world: Any) -> None:
    houses = world.north.neighbourhood(2)
    world.scorer.run()
    before = state(world)
    world.north.day += timedelta(days=1)
    world.north.county(houses[0], "0000000001")
    world.scorer.run(as_of=world.north.day - timedelta(days=1))
    assert state(world) == before
