"""Wake-ups: after the commit, a hint over Redis that a subject has news.

Readers poll as well, so a lost hint costs a second and no event.
"""

from collections.abc import Iterable
from functools import lru_cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from reos.core import metrics
from reos.core.logging import get_logger
from reos.events.catalogue import Subject

CHANNEL = "reos:wake"
_TIMEOUT_SECONDS = 0.25

_log = get_logger(__name__)


def wake(redis_url: str | None, subjects: Iterable[Subject]) -> None:
    """Publish each subject once on `reos:wake`. Call it after the commit; no Redis, or a dead one, is no error."""
    if redis_url is None:
        return
    try:
        client = _client(redis_url)
        for subject in sorted(set(subjects)):
            client.publish(CHANNEL, subject.value)
    except redis.RedisError as error:
        metrics.increment("reos_event_wake_failures_total")
        _log.warning("events.wake_failed", error=str(error))


@lru_cache(maxsize=4)
def _client(redis_url: str) -> redis.Redis:
    return redis.Redis.from_url(
        redis_url,
        socket_timeout=_TIMEOUT_SECONDS,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), retries=0),
    )
