"""The wake-up channel `reos:wake`: publishers tell it after their commit, so that readers need not wait for a poll.

Redis may be absent, down or lossy. Then `wait` is a plain sleep, and the reader's poll finds the event a moment later.
"""

import asyncio

import redis.asyncio as redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from reos.core.logging import get_logger
from reos.events.wakeup import CHANNEL

_log = get_logger(__name__)


class WakeSignal:
    """A subscription that mends itself; `redis_url` None means there is no Redis."""

    def __init__(self, redis_url: str | None) -> None:
        self._url = redis_url
        self._client: redis.Redis | None = None
        self._subscription: PubSub | None = None

    async def wait(self, seconds: float) -> None:
        """Return at the next wake-up, at the latest after `seconds`; wake-ups that arrived together count as one."""
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            await self._listen(seconds)
        except (RedisError, OSError) as error:
            _log.warning("wake_signal.lost", reason=str(error))
            await self.aclose()
            await asyncio.sleep(max(0.0, deadline - asyncio.get_running_loop().time()))

    async def aclose(self) -> None:
        """Drop the subscription; the next `wait` makes a new one."""
        subscription, client = self._subscription, self._client
        self._subscription = self._client = None
        try:
            if subscription is not None:
                await subscription.aclose()  # type: ignore[no-untyped-call]
            if client is not None:
                await client.aclose()
        except (RedisError, OSError) as error:
            _log.debug("wake_signal.close_failed", reason=str(error))

    async def _listen(self, seconds: float) -> None:
        if self._url is None:
            await asyncio.sleep(seconds)
            return
        if self._subscription is None:
            self._client = redis.from_url(self._url, socket_connect_timeout=1.0)
            self._subscription = self._client.pubsub(ignore_subscribe_messages=True)
            await self._subscription.subscribe(CHANNEL)
        await self._subscription.get_message(timeout=seconds)
        while await self._subscription.get_message(timeout=0.0) is not None:
            pass
