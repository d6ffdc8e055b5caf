"""One open event stream: raw ASGI, so that a thousand clients cost little more than their sockets."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from reos.timeline.frames import GOODBYE, HEARTBEAT, Frame, opening
from reos.timeline.relay import Listener, Relay
from reos_api.metrics import ApiMetrics

_PATIENCE_SECONDS = 30.0  # for a client that has stopped reading
_START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store, no-transform"),
        (b"x-accel-buffering", b"no"),
    ],
}


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What to send: the tenant's events, or one property's, after `after` (None: from now on), for so many seconds."""

    tenant_id: UUID
    property_id: UUID | None
    after: int | None
    lifetime_seconds: float
    heartbeat_seconds: float


class EventStream(Response):
    """Sends the events of `request` until the client leaves, stops reading, or the lifetime is over."""

    media_type = "text/event-stream"

    def __init__(self, request: StreamRequest, relay: Relay, metrics: ApiMetrics) -> None:
        super().__init__()
        self._request = request
        self._relay = relay
        self._metrics = metrics
        self._last = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream."""
        del scope
        async with self._relay.listening(self._request.tenant_id, self._request.property_id) as listener:
            watcher = asyncio.create_task(_dismiss_when_left(receive, listener))
            self._metrics.streams.inc()
            try:
                with suppress(TimeoutError):  # the client has stopped reading: break off, it may come back
                    await self._begin(listener, send)
                    await self._follow(listener, send)
                    await send({"type": "http.response.body", "body": GOODBYE, "more_body": False})
            finally:
                self._metrics.streams.dec()
                watcher.cancel()
                with suppress(asyncio.CancelledError):
                    await watcher

    async def _begin(self, listener: Listener, send: Send) -> None:
        """Open the stream and send what the client missed; live events wait meanwhile."""
        after, head = self._request.after, listener.joined_at
        if after is not None:
            head = await self._relay.log.head()
        # A place beyond the head is from before a restore; the stream continues at the head.
        self._last = head if after is None else min(after, head)
        await send(_START)
        await _send(send, opening(self._last))
        if after is not None:
            await self._replay(listener, head, send)

    async def _replay(self, listener: Listener, head: int, send: Send) -> None:
        async for frames in self._relay.replay(listener, self._last, head):
            await self._push(frames, send)

    async def _follow(self, listener: Listener, send: Send) -> None:
        deadline = time.monotonic() + self._request.lifetime_seconds
        while not listener.gone and (left := deadline - time.monotonic()) > 0:
            frames = await listener.take(min(left, self._request.heartbeat_seconds))
            if listener.behind:
                listener.resume()
                await self._replay(listener, await self._relay.log.head(), send)
                continue
            fresh = [frame for frame in frames if frame.seq > self._last]
            if fresh:
                await self._push(fresh, send)
            elif not frames:
                await _send(send, HEARTBEAT)

    async def _push(self, frames: Sequence[Frame], send: Send) -> None:
        await _send(send, b"".join(frame.data for frame in frames))
        self._last = frames[-1].seq
        self._metrics.stream_events.inc(len(frames))


async def _send(send: Send, body: bytes) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _dismiss_when_left(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.dismiss()
