"""Turns progress of the event log into Airflow asset events: the trigger behind every `event.*` asset.

All triggers share one reader in the triggerer. It yields one coalesced wake-up per subject and moves the wake cursor
only after Airflow has stored the asset event, so a triggerer that is killed, restarted or down for an hour loses
nothing. A lost database connection ends the stream; Airflow starts the triggers, and with them the reader, again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from typing import Any, TypeVar

from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from airflow.triggers.shared_stream import AdvanceItem, SharedStreamProducer

from reos.db.connection import Connection, connect
from reos_airflow import wake_cursor
from reos_airflow.connection import CONN_ID, pipeline_url_in_trigger, redis_url
from reos_airflow.wake_cursor import WakeUp
from reos_airflow.wake_signal import WakeSignal

POLL_SECONDS = 1.0
COALESCE_SECONDS = 0.2  # least time between two looks at the log: a burst of commits becomes few wake-ups

T = TypeVar("T")


class EventLogProducer(SharedStreamProducer):
    """The one reader. Database calls run in a thread, one at a time, so that the event loop never waits for them."""

    def __init__(self, conn_id: str = CONN_ID, poll_seconds: float = POLL_SECONDS) -> None:
        self._conn_id = conn_id
        self._poll_seconds = poll_seconds
        self._conn: Connection | None = None
        self._signal: WakeSignal | None = None
        self._one_call = asyncio.Lock()
        self._offered: dict[str, int] = {}  # subject → highest seq handed to Airflow and not refused

    async def open_stream(self) -> AsyncIterator[tuple[WakeUp, WakeUp]]:
        """Yield wake-ups for ever, each also as the payload that `advance` gets back; raise when a connection fails."""
        url = await pipeline_url_in_trigger(self._conn_id)
        self._conn = await asyncio.to_thread(connect, url, autocommit=True, application_name="reos-triggerer")
        self._signal = WakeSignal(redis_url())
        while True:
            for wake_up in await self._call(wake_cursor.pending):
                if wake_up.to_seq > self._offered.get(wake_up.subject, 0):
                    self._offered[wake_up.subject] = wake_up.to_seq
                    yield wake_up, wake_up
            await asyncio.sleep(min(COALESCE_SECONDS, self._poll_seconds))
            await self._signal.wait(max(0.0, self._poll_seconds - COALESCE_SECONDS))

    def get_advance_lane(self, broker_payload: WakeUp) -> Hashable:
        """Return the subject: one subject never waits for the confirmation of another."""
        return broker_payload.subject

    async def advance(self, batch: Sequence[AdvanceItem]) -> None:
        """Move the cursor over what Airflow stored; whatever nobody took or could not be stored is offered again."""
        stored = [item.broker_payload for item in batch if item.outcome.is_clean and item.broker_payload.taken]
        if len(stored) < len(batch):
            self._offered.pop(batch[0].broker_payload.subject, None)
        if stored:
            await self._call(wake_cursor.advance, stored[-1].subject, stored[-1].to_seq)

    async def aclose(self) -> None:
        """Close both connections."""
        if self._signal is not None:
            await self._signal.aclose()
        if self._conn is not None:
            await asyncio.to_thread(self._conn.close)

    async def _call(self, function: Callable[..., T], *arguments: object) -> T:
        async with self._one_call:
            return await asyncio.to_thread(function, self._conn, *arguments)


class EventLogTrigger(BaseEventTrigger):
    """Fires when `subject` has news in the event log. The payload names the range of seq, not the events.

    `conn_id` is used when REOS_DB_PIPELINE_URL is not set; `poll_seconds` bounds the delay when no wake-up arrives.
    """

    def __init__(self, subject: str, conn_id: str = CONN_ID, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.subject = subject
        self.conn_id = conn_id
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and arguments from which the triggerer rebuilds this trigger."""
        arguments = {"subject": self.subject, "conn_id": self.conn_id, "poll_seconds": self.poll_seconds}
        return ("reos_airflow.event_trigger.EventLogTrigger", arguments)

    def shared_stream_key(self) -> Hashable:
        """Return the same key for every subject: one reader for all."""
        return ("reos-event-log", self.conn_id, self.poll_seconds)

    @classmethod
    def create_shared_stream_producer(cls, kwargs: dict[str, Any]) -> SharedStreamProducer:
        """Return the reader for the group that shares the key."""
        return EventLogProducer(kwargs["conn_id"], kwargs["poll_seconds"])

    async def filter_shared_stream(self, shared_stream: AsyncIterator[WakeUp]) -> AsyncIterator[TriggerEvent]:
        """Take this subject's wake-ups and leave the others to their own triggers."""
        async for wake_up in shared_stream:
            if wake_up.subject == self.subject:
                wake_up.taken = True
                news = {"subject": self.subject, "after_seq": wake_up.after_seq, "to_seq": wake_up.to_seq}
                yield TriggerEvent(news)  # type: ignore[no-untyped-call]

    def run(self) -> AsyncIterator[TriggerEvent]:
        """Refuse: events come through the shared stream only."""
        raise NotImplementedError("EventLogTrigger fires through its shared stream.")
