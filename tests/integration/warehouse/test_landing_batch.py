"""Nothing is resolved that no gate has seen, whenever it commits: a build reads the batch that it claims, no more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy

from reos.pipeline import warehouse as builder
from reos.pipeline.landing_batch import ARRIVED, BATCH

OWNER_OF = "select owner_name from marts.dim_property where property_id = %s"
BAD = {"SQFT_TOT_LIVING": 2_000_000, "OWNER_NAME": "BAD ROW"}


@contextmanager
def while_the_gate_looks(act: Callable[[], object]) -> Iterator[None]:
    """Call `act` once, when Great Expectations begins to read: after the claim, before dbt."""
    waiting = [act]

    def begin(_connection: sqlalchemy.Connection) -> None:
        if waiting:
            waiting.pop()()

    sqlalchemy.event.listen(sqlalchemy.Engine, "begin", begin)
    try:
        yield
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "begin", begin)
    assert not waiting


def score(world: Any) -> int:
    quarantined: int = world.scorer.run().quarantined
    return quarantined


def rebuild(world: Any) -> int:
    settings, day, clock = world.scorer.settings, world.north.day, world.scorer.clock
    return builder.build(settings, full_refresh=True, as_of=day, clock=clock).quarantined


RUNS = pytest.mark.parametrize("run", [score, rebuild])


@pytest.fixture
def houses(world: Any) -> list[UUID]:
    """Two scored houses; the first has a new answer that waits."""
    found: list[UUID] = world.north.neighbourhood(2)
    world.scorer.run()
    world.north.county(found[0], "0000000001", OWNER_NAME="GOOD ROW")
    return found


@RUNS
def test_a_lower_number_that_commits_late_waits_for_the_next_gate(world: Any, run: Any) -> None:
    first, second = world.north.neighbourhood(2)
    world.scorer.run()
    slow = world.database.connect("pipeline")
    replace(world.north, conn=slow).county(second, "0000000002", **BAD)
    world.north.county(first, "0000000001", OWNER_NAME="GOOD ROW")
    numbers = "select dirty_id from app.dirty_property where property_id = %s"
    early = slow.execute(numbers, [second]).fetchall()[-1]["dirty_id"]
    assert early < world.scorer.value(numbers, first)

    with while_the_gate_looks(slow.commit):
        assert run(world) == 0
    assert world.scorer.value(OWNER_OF, first) == "GOOD ROW"
    assert world.scorer.value(OWNER_OF, second) is None
    assert run(world) == 1
    assert world.scorer.value(OWNER_OF, second) is None


@RUNS
def test_a_bad_answer_of_another_property_waits_for_the_next_gate(world: Any, houses: list[UUID], run: Any) -> None:
    with while_the_gate_looks(lambda: world.north.county(houses[1], "0000000002", **BAD)):
        assert run(world) == 0
    assert world.scorer.value(OWNER_OF, houses[1]) is None
    assert run(world) == 1
    assert world.scorer.value(OWNER_OF, houses[1]) is None


@RUNS
def test_a_claimed_property_that_changes_again_keeps_what_it_had(world: Any, houses: list[UUID], run: Any) -> None:
    with while_the_gate_looks(lambda: world.north.county(houses[0], "0000000001", **BAD)):
        run(world)
    assert world.scorer.value(OWNER_OF, houses[0]) is None
    assert world.scorer.value("select count(*) from marts.dim_property") == 2
    assert run(world) == 1
    assert world.scorer.value(OWNER_OF, houses[0]) is None

    world.north.county(houses[0], "0000000001", OWNER_NAME="CORRECTED")
    assert run(world) == 0
    assert world.scorer.value(OWNER_OF, houses[0]) == "CORRECTED"


def test_a_selection_is_gated_too(world: Any, houses: list[UUID]) -> None:
    world.north.county(houses[1], "0000000002", **BAD)
    settings, day = world.scorer.settings, world.north.day
    found = builder.build(settings, select="int_property__resolved+", as_of=day, clock=world.scorer.clock)
    assert found.quarantined == 1
    owners = "select owner_name from marts.dim_property order by owner_name"
    assert [row["owner_name"] for row in world.scorer.rows(owners)] == ["GOOD ROW", None]


def test_an_older_answer_is_gated_before_it_takes_the_place_of_a_newer_one(world: Any) -> None:
    (house,) = world.north.neighbourhood(1)
    world.north.county(house, "0000000001", **BAD)
    before = replace(world.north, day=world.north.day.replace(day=1))
    before.county(house, "0000000001", YR_BUILT=-5, OWNER_NAME="OLDER AND BAD TOO")
    assert world.scorer.run().quarantined == 2
    assert world.scorer.value(OWNER_OF, house) is None


def test_a_batch_that_was_stopped_is_taken_again(world: Any) -> None:
    world.north.neighbourhood(2)
    conn = world.database.connect("superuser", autocommit=True)
    conn.execute("update app.dirty_property set model = %s where model = %s", [BATCH, ARRIVED])
    assert world.scorer.run().computed == 2
    assert world.scorer.value("select count(*) from app.dirty_property") == 0
