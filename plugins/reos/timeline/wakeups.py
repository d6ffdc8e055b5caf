"""Follows the wake-ups that writers publish over Redis after their commit. They are hints: the relay polls as well."""

import asyncio
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from reos.core.logging import get_logger
from reos.events.wakeup import CHANNEL

_log = get_logger(__name__)


async def follow(redis_url: str, on_wake: Callable[[], None], *, retry_seconds: float = 2.0) -> None:
    """Call `on_wake` for every wake-up, and after every reconnection, until cancelled."""
    while True:
        try:
            await _listen(redis_url, on_wake)
        except (RedisError, OSError) as error:
            _log.warning("wakeups.lost", error=str(error))
        await asyncio.sleep(retry_seconds)


async def _listen(redis_url: str, on_wake: Callable[[], None]) -> None:
    async with Redis.from_url(redis_url) as client, client.pubsub() as subscription:
        await subscription.subscribe(CHANNEL)
        async for _message in subscription.listen():  # the first one confirms the subscription
            on_wake()
