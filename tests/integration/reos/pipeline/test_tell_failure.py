"""A failed stage reaches people: once an hour on every tenant's timeline, without a word of anybody's data."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from reos.core.clock import FixedClock
from reos.pipeline.tell_failure import StageFailure, tell_failure

FAILURE = StageFailure("score_properties", "score", "scheduled__1", "quality_gate_blocked")
TOLD = "select tenant_id, subject, event_type, property_id, payload, metadata from app.event_log order by seq"


@pytest.fixture
def clock() -> FixedClock:
    """The time of the database, since events carry it."""
    return FixedClock(datetime.now(UTC))


def test_every_tenant_is_told_which_stage_failed_and_why(
    database: Any, two_tenants: tuple[UUID, UUID], clock: FixedClock
) -> None:
    conn = database.connect("pipeline", autocommit=True)
    assert tell_failure(conn, FAILURE, clock=clock) == 2
    rows = conn.execute(TOLD).fetchall()
    assert {row["tenant_id"] for row in rows} == set(two_tenants)
    assert {(row["subject"], row["event_type"], row["property_id"]) for row in rows} == {
        ("event.timeline.updated", "timeline.updated", None)
    }
    assert rows[0]["payload"] == {
        "kind": "stage_failed",
        "stage": "score_properties",
        "task": "score",
        "run": "scheduled__1",
        "error": "quality_gate_blocked",
    }


@pytest.mark.usefixtures("two_tenants")
def test_the_same_failure_is_told_once_an_hour_and_another_one_at_once(database: Any, clock: FixedClock) -> None:
    conn = database.connect("pipeline", autocommit=True)
    tell_failure(conn, FAILURE, clock=clock)
    assert tell_failure(conn, FAILURE, clock=clock) == 0
    assert tell_failure(conn, StageFailure("generate_memos", "render", "r", "ValueError"), clock=clock) == 2
    clock.instant += timedelta(hours=1, minutes=1)
    assert tell_failure(conn, FAILURE, clock=clock) == 2
