"""The live stream: one relay a process reads the event log and hands each event, encoded once, to every listener.

A listener is told every event after the place in the log where it began, in order and once. It joins before it replays
what it missed, and skips what comes both ways, so nothing falls between the two. One that lags too far behind gets
nothing more handed out: it catches up from the log at its own pace, and then listens again.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol
from uuid import UUID

from reos.core.errors import UnavailableError
from reos.core.logging import get_logger
from reos.timeline.frames import Frame

_log = get_logger(__name__)
_PAGE = 500


class LogReader(Protocol):
    """Where the relay reads; an implementation sees one tenant's events a call."""

    async def head(self) -> int:
        """Return the seq up to which the log is settled: nothing can appear below it any more."""
        ...

    async def read(
        self, tenant_id: UUID, after: int, head: int, *, property_id: UUID | None = None, limit: int = _PAGE
    ) -> list[Frame]:
        """Return up to `limit` frames with after < seq <= head, in order."""
        ...


class Listener:
    """One open stream: its frames wait here until its connection takes them."""

    def __init__(self, tenant_id: UUID, property_id: UUID | None, joined_at: int, capacity: int) -> None:
        self.tenant_id = tenant_id
        self.property_id = property_id
        self.joined_at = joined_at
        self.gone = False
        self.behind = False
        self._capacity = capacity
        self._frames: deque[Frame] = deque()
        self._ready = asyncio.Event()

    def offer(self, frame: Frame) -> None:
        """Queue a frame of this listener's tenant; one that is of another property is not for it."""
        other_property = self.property_id is not None and frame.property_id != self.property_id
        if self.gone or self.behind or other_property:
            return
        self._frames.append(frame)
        if len(self._frames) > self._capacity:
            self._frames.clear()
            self.behind = True
        self._ready.set()

    def resume(self) -> None:
        """Listen again; what was missed since has to be read from the log, up to a head asked for after this."""
        self.behind = False

    def dismiss(self) -> None:
        """End the stream once the frames that wait are taken."""
        self.gone = True
        self._ready.set()

    async def take(self, timeout_seconds: float) -> list[Frame]:
        """Return the frames that wait, as soon as there are any; none after the time-out, when behind or dismissed."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._ready.wait()
        except TimeoutError:
            return []
        frames = list(self._frames)
        self._frames.clear()
        if not self.gone:
            self._ready.clear()
        return frames


class Relay:
    """Reads the log when woken, and every `poll_seconds`, for the tenants that have listeners."""

    def __init__(
        self, log: LogReader, *, poll_seconds: float = 1.0, max_listeners: int = 2000, buffer: int = 1000
    ) -> None:
        self.log = log
        self.head = 0
        self._positions: dict[UUID, int] = {}
        self._listeners: dict[UUID, set[Listener]] = {}
        self._poll_seconds = poll_seconds
        self._max_listeners = max_listeners
        self._buffer = buffer
        self._woken = asyncio.Event()

    @property
    def listeners(self) -> int:
        """How many streams are open."""
        return sum(map(len, self._listeners.values()))

    def wake(self) -> None:
        """Read the log now instead of at the next poll."""
        self._woken.set()

    @asynccontextmanager
    async def listening(self, tenant_id: UUID, property_id: UUID | None) -> AsyncIterator[Listener]:
        """Join for the time of the block; `UnavailableError` when this process has no room for another stream."""
        if self.listeners >= self._max_listeners:
            raise UnavailableError("This server has as many open streams as it takes.", remedy="Try again in a minute.")
        position = self._positions.setdefault(tenant_id, self.head)
        listener = Listener(tenant_id, property_id, position, self._buffer)
        self._listeners.setdefault(tenant_id, set()).add(listener)
        try:
            yield listener
        finally:
            self._leave(listener)

    async def replay(self, listener: Listener, after: int, head: int) -> AsyncIterator[list[Frame]]:
        """Yield what the log holds with after < seq <= head, page by page, until the listener is dismissed."""
        while not listener.gone:
            frames = await self.log.read(listener.tenant_id, after, head, property_id=listener.property_id, limit=_PAGE)
            if frames:
                yield frames
                after = frames[-1].seq
            if len(frames) < _PAGE:
                return

    def close(self) -> None:
        """Dismiss every listener, so that the server can stop."""
        for listener in [listener for group in self._listeners.values() for listener in group]:
            listener.dismiss()

    async def start(self) -> None:
        """Take the present end of the log as the beginning; streams without Last-Event-ID tell what comes after."""
        self.head = await self.log.head()

    async def run(self) -> None:
        """Relay until cancelled. A log that does not answer is asked again; no listener loses its place."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._woken.wait()
            self._woken.clear()  # before reading: a wake-up during the read is not lost
            try:
                await self.tick()
            except Exception as error:  # noqa: BLE001 - whatever fails, the next poll tries again
                _log.warning("relay.read_failed", error=str(error))

    async def tick(self) -> None:
        """Hand out everything that is settled and not yet told."""
        self.head = max(self.head, await self.log.head())
        head = self.head
        for tenant_id, position in list(self._positions.items()):
            if position < head:
                await self._tell(tenant_id, position, head)

    async def _tell(self, tenant_id: UUID, position: int, head: int) -> None:
        while True:
            frames = await self.log.read(tenant_id, position, head, limit=_PAGE)
            if tenant_id not in self._positions:  # its last listener left meanwhile
                return
            position = frames[-1].seq if len(frames) == _PAGE else head
            self._positions[tenant_id] = position
            for listener in tuple(self._listeners[tenant_id]):
                for frame in frames:
                    listener.offer(frame)
            if position == head:
                return

    def _leave(self, listener: Listener) -> None:
        group = self._listeners[listener.tenant_id]
        group.discard(listener)
        if not group:
            del self._listeners[listener.tenant_id], self._positions[listener.tenant_id]
