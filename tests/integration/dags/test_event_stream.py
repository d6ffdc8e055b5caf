"""The trigger inside Airflow's own stream manager, on a real log: what reaches a trigger, and when the cursor moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from airflow.triggers.shared_stream import SharedStreamManager

from reos import events
from reos.core.settings import get_settings
from reos.events import EventType, Subject
from reos_airflow.event_trigger import EventLogTrigger

DISCOVERED, SCORED = EventType.PROPERTY_DISCOVERED, EventType.PROPERTY_SCORED
INTAKE, SCORES = Subject.DISCOVERY_INTAKE.value, Subject.SCORING_CALCULATED.value

pytestmark = pytest.mark.usefixtures("pipeline_settings")


class Triggerer:
    """Drives triggers as Airflow's triggerer does, except that the test says when an asset event is stored."""

    def __init__(self, poll_seconds: float = 0.05) -> None:
        self.manager = SharedStreamManager()
        self.poll_seconds = poll_seconds
        self.fired: list[dict[str, Any]] = []
        self.unconfirmed: list[int] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, subject: str) -> None:
        self.tasks[subject] = asyncio.create_task(self._run(subject, len(self.tasks)))

    def store(self) -> None:
        self.manager.confirm_persisted(self.unconfirmed)
        self.unconfirmed = []

    async def stop(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        await self.manager.stop_all()

    async def _run(self, subject: str, trigger_id: int) -> None:
        trigger = EventLogTrigger(subject, poll_seconds=self.poll_seconds)
        key = trigger.shared_stream_key()
        stream = self.manager.subscribe(trigger_id=trigger_id, trigger=trigger, key=key)
        try:
            async for event in trigger.filter_shared_stream(stream):
                seq = self.manager.bind_pending_event(trigger_id=trigger_id, key=key)
                assert seq is not None
                self.unconfirmed.append(seq)
                self.fired.append(event.payload)
        finally:
            await self.manager.unsubscribe(trigger_id, key)


@asynccontextmanager
async def triggerer(*subjects: str, poll_seconds: float = 0.05) -> AsyncIterator[Triggerer]:
    running = Triggerer(poll_seconds)
    for subject in subjects:
        running.start(subject)
    try:
        yield running
    finally:
        await running.stop()


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - it looks at a database
            await asyncio.sleep(0.02)


@pytest.fixture
def cursor(database) -> Callable[[str], int]:
    conn = database.connect("pipeline", autocommit=True)

    def position(subject: str) -> int:
        row = conn.execute("select seq from app.wake_cursor where subject = %s", (subject,)).fetchone()
        return int(row["seq"]) if row else 0

    return position


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(30):
            await scenario()

    asyncio.run(limited())


def test_a_burst_is_one_wake_up_and_the_cursor_moves_when_it_is_stored(publish, cursor) -> None:
    last = publish(*[DISCOVERED] * 50)[-1]

    async def scenario() -> None:
        async with triggerer(INTAKE) as running:
            await until(lambda: running.fired)
            await asyncio.sleep(0.3)
            assert running.fired == [{"subject": INTAKE, "after_seq": 0, "to_seq": last}]
            assert cursor(INTAKE) == 0
            running.store()
            await until(lambda: cursor(INTAKE) == last)

    run(scenario)


def test_each_trigger_hears_of_its_own_subject(publish, cursor) -> None:
    async def scenario() -> None:
        async with triggerer(INTAKE, SCORES) as running:
            (discovered,) = publish(DISCOVERED)
            await until(lambda: running.fired)
            (scored,) = publish(SCORED)
            await until(lambda: len(running.fired) == 2)
            assert [(each["subject"], each["to_seq"]) for each in running.fired] == [
                (INTAKE, discovered),
                (SCORES, scored),
            ]
            running.store()
            await until(lambda: (cursor(INTAKE), cursor(SCORES)) == (discovered, scored))

    run(scenario)


def test_what_was_not_stored_is_offered_again_after_a_restart(publish, cursor) -> None:
    (seq,) = publish(DISCOVERED)

    async def scenario() -> None:
        async with triggerer(INTAKE) as killed:
            await until(lambda: killed.fired)
        assert cursor(INTAKE) == 0
        async with triggerer(INTAKE) as restarted:
            await until(lambda: restarted.fired)
            assert restarted.fired[0]["to_seq"] == seq
            restarted.store()
            await until(lambda: cursor(INTAKE) == seq)
        async with triggerer(INTAKE) as third:
            await asyncio.sleep(0.4)
            assert third.fired == []

    run(scenario)


def test_a_trigger_that_starts_after_the_others_misses_nothing(publish, cursor) -> None:
    (seq,) = publish(DISCOVERED)

    async def scenario() -> None:
        async with triggerer(SCORES) as running:
            await asyncio.sleep(0.4)
            assert (running.fired, cursor(INTAKE)) == ([], 0)
            running.start(INTAKE)
            await until(lambda: running.fired)
            running.store()
            await until(lambda: cursor(INTAKE) == seq)

    run(scenario)


def test_a_lost_connection_ends_the_stream_and_the_next_one_goes_on(database, publish) -> None:
    admin = database.connect("superuser", autocommit=True)

    async def scenario() -> None:
        async with triggerer(INTAKE) as running:
            publish(DISCOVERED)
            await until(lambda: running.fired)
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'reos-triggerer'"
            )
            with pytest.raises(psycopg.OperationalError):
                await running.tasks[INTAKE]
            running.fired.clear()
            running.start(INTAKE)  # Airflow does this on its next round
            await until(lambda: running.fired)

    run(scenario)


def test_a_wake_up_over_redis_does_not_wait_for_the_poll(
    publish, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REOS_REDIS_URL", redis_url)
    get_settings.cache_clear()

    async def scenario() -> None:
        async with triggerer(INTAKE, poll_seconds=60.0) as running:
            await asyncio.sleep(1.0)  # the first look at the log is over, and the subscription stands
            publish(DISCOVERED)
            events.wake(redis_url, [Subject.DISCOVERY_INTAKE])
            await until(lambda: running.fired, seconds=3.0)

    run(scenario)
