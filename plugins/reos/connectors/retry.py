"""When to try again: only after answers that promise a better second try (408, 429, 5xx, broken connections).

The provider's own wish (`Retry-After`, `*-Reset`) wins over our back-off; the whole is bounded in tries and in time.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_before_delay

from reos.connectors.errors import ConnectorError

Sleep = Callable[[float], Awaitable[None]]

_NUMBER = re.compile(r"^\d+(\.\d+)?$")
_EPOCH_SECONDS = 1_000_000_000
_EPOCH_MILLISECONDS = 100_000_000_000


@dataclass(frozen=True)
class RetryRule:
    """At most `attempts` tries; no wait may end later than `max_total_s` after the first try began."""

    attempts: int = 3
    first_wait_s: float = 0.5
    max_wait_s: float = 8.0
    max_total_s: float = 60.0


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds the provider asks to wait, or None.

    Reads `Retry-After` (seconds or HTTP date, RFC 9110 §10.2.3), else any `*-reset` header, which providers send as
    seconds from now, epoch seconds or epoch milliseconds. `headers` has lower-case names; `now` is aware.
    """
    if "retry-after" in headers:
        return _seconds(headers["retry-after"], now)
    resets = [_seconds(value, now) for name, value in headers.items() if name.endswith("-reset")]
    return max((seconds for seconds in resets if seconds is not None), default=None)


def retrying(rule: RetryRule, sleep: Sleep) -> AsyncRetrying:
    """Return the retry loop of `rule`; it re-raises the last error."""
    return AsyncRetrying(
        retry=retry_if_exception(_again),
        wait=lambda state: _wait(rule, state),
        stop=stop_after_attempt(rule.attempts) | stop_before_delay(rule.max_total_s),
        sleep=sleep,
        reraise=True,
    )


def _again(error: BaseException) -> bool:
    return isinstance(error, ConnectorError) and error.retry_now and not error.billed


def _wait(rule: RetryRule, state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wished = error.retry_after if isinstance(error, ConnectorError) else None
    if wished is not None:
        return wished
    return float(min(rule.max_wait_s, rule.first_wait_s * 2 ** (state.attempt_number - 1)))


def _seconds(value: str, now: datetime) -> float | None:
    text = value.strip()
    if _NUMBER.match(text):
        return _from_number(float(text), now)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _from_number(number: float, now: datetime) -> float:
    if number >= _EPOCH_MILLISECONDS:
        number /= 1000
    return max(0.0, number - now.timestamp()) if number >= _EPOCH_SECONDS else number
