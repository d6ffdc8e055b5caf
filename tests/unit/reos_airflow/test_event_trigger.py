import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from airflow.sdk.module_loading import import_string
from airflow.triggers.shared_stream import AdvanceItem, AdvanceOutcome

from reos_airflow.event_trigger import EventLogProducer, EventLogTrigger
from reos_airflow.wake_cursor import WakeUp

INTAKE, SCORES = "event.discovery.intake", "event.scoring.calculated"
CLEAN, FAILED = AdvanceOutcome(acked=1, failed=0), AdvanceOutcome(acked=0, failed=1)


class FakeConnection:
    def __init__(self) -> None:
        self.noted: list[dict[str, Any]] = []
        self.closed = False

    def execute(self, _: str, parameters: dict[str, Any]) -> None:
        self.noted.append(parameters)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def producer() -> EventLogProducer:
    made = EventLogProducer()
    made._conn = FakeConnection()  # type: ignore[assignment]
    made._offered = {INTAKE: 9, SCORES: 4}
    return made


def advance(producer: EventLogProducer, *items: tuple[WakeUp, AdvanceOutcome]) -> list[dict[str, Any]]:
    asyncio.run(producer.advance([AdvanceItem(wake_up, outcome) for wake_up, outcome in items]))
    noted: list[dict[str, Any]] = producer._conn.noted  # type: ignore[union-attr]
    return noted


def test_the_triggerer_can_rebuild_a_trigger() -> None:
    class_path, arguments = EventLogTrigger(INTAKE, "other", 0.5).serialize()
    rebuilt = import_string(class_path)(**arguments)
    assert isinstance(rebuilt, EventLogTrigger)
    assert rebuilt.serialize() == (class_path, arguments)
    assert (rebuilt.subject, rebuilt.conn_id, rebuilt.poll_seconds) == (INTAKE, "other", 0.5)


def test_a_trigger_takes_its_own_subject_and_no_other() -> None:
    wake_ups = [WakeUp(INTAKE, 3, 7), WakeUp(SCORES, 0, 8), WakeUp(INTAKE, 3, 9)]

    async def stream() -> AsyncIterator[WakeUp]:
        for wake_up in wake_ups:
            yield wake_up

    async def fired() -> list[Any]:
        return [event.payload async for event in EventLogTrigger(INTAKE).filter_shared_stream(stream())]

    assert asyncio.run(fired()) == [
        {"subject": INTAKE, "after_seq": 3, "to_seq": 7},
        {"subject": INTAKE, "after_seq": 3, "to_seq": 9},
    ]
    assert [wake_up.taken for wake_up in wake_ups] == [True, False, True]


def test_the_cursor_moves_over_what_airflow_stored(producer: EventLogProducer) -> None:
    items = [(WakeUp(INTAKE, 0, 7, taken=True), CLEAN), (WakeUp(INTAKE, 0, 9, taken=True), CLEAN)]
    assert advance(producer, *items) == [{"subject": INTAKE, "seq": 9}]
    assert producer._offered == {INTAKE: 9, SCORES: 4}


def test_what_could_not_be_stored_is_offered_again(producer: EventLogProducer) -> None:
    assert advance(producer, (WakeUp(INTAKE, 0, 9, taken=True), FAILED)) == []
    assert producer._offered == {SCORES: 4}


def test_what_no_trigger_took_is_offered_again_though_others_saw_it(producer: EventLogProducer) -> None:
    assert advance(producer, (WakeUp(INTAKE, 0, 9), CLEAN)) == []
    assert producer._offered == {SCORES: 4}


def test_a_stored_wake_up_before_a_failed_one_still_counts(producer: EventLogProducer) -> None:
    items = [(WakeUp(INTAKE, 0, 7, taken=True), CLEAN), (WakeUp(INTAKE, 0, 9, taken=True), FAILED)]
    assert advance(producer, *items) == [{"subject": INTAKE, "seq": 7}]
    assert producer._offered == {SCORES: 4}


def test_subjects_do_not_wait_for_each_other(producer: EventLogProducer) -> None:
    assert producer.get_advance_lane(WakeUp(INTAKE, 0, 1)) != producer.get_advance_lane(WakeUp(SCORES, 0, 1))


def test_the_end_of_the_stream_closes_the_connection(producer: EventLogProducer) -> None:
    asyncio.run(producer.aclose())
    assert producer._conn.closed  # type: ignore[union-attr,truthy-bool]
