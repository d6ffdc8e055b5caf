"""When a provider is left alone and when it is asked again: the rules of a circuit breaker, without clock or storage.

Closed: asked as usual. After `patience` failures of the whole provider in a row, or one that waiting does not cure, it
opens: nobody asks until `retry_at`. Then it is half open: one run asks once, and its outcome closes the breaker, or
opens it for twice as long. Failures of a single record never count. (M. Nygard, Release It!, 2nd ed., chapter 5.)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from reos.connectors.contract import ConnectorSpec, LookupRequest
from reos.connectors.errors import ConnectorError, ErrorKind, error_of

_HOPELESS = frozenset({ErrorKind.AUTH, ErrorKind.QUOTA, ErrorKind.SCHEMA_DRIFT})
_BY_COUNTY = frozenset(
    {"county_assessor"}
)  # each county has a server of its own: one that is down says nothing of another
_LONG_NUMBER = re.compile(r"\d{5,}")
_LONGEST_DETAIL = 300


class State(StrEnum):
    """What a breaker does with the next request: lets it pass, refuses it, or lets one pass to see."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Rules:
    """How patient a breaker is.

    The pause doubles from `first_pause` to `longest_pause` with each failed probe; a provider's own wish (Retry-After)
    replaces it, up to `longest_wish`. A run that claimed the probe and died keeps others waiting for `probe` at most.
    """

    patience: int = 3
    first_pause: timedelta = timedelta(minutes=1)
    longest_pause: timedelta = timedelta(minutes=30)
    longest_wish: timedelta = timedelta(days=1)
    probe: timedelta = timedelta(minutes=10)

    def pause(self, openings: int, wish: float | None) -> timedelta:
        """Return how long a breaker stays open that opened `openings` times without an answer in between."""
        if wish is not None:
            return min(timedelta(seconds=max(wish, 0.0)), self.longest_wish)
        return min(self.first_pause * float(2 ** min(openings - 1, 16)), self.longest_pause)


RULES = Rules()


@dataclass(frozen=True, order=True)
class Endpoint:
    """What has a breaker: a provider, or one service of it that can fail alone (`scope`, as a county's FIPS code)."""

    provider: str
    scope: str = ""

    @classmethod
    def of(cls, spec: ConnectorSpec, batch: Sequence[LookupRequest]) -> "Endpoint":
        """Return the endpoint that answers a batch of lookups of one source."""
        return cls(spec.provider, str(batch[0].county_fips or "") if spec.provider in _BY_COUNTY and batch else "")


@dataclass(frozen=True)
class Failure:
    """A failure in words that hold nothing of any tenant, so that all of them may read it."""

    kind: ErrorKind
    detail: str
    at: datetime
    http_status: int | None = None
    retry_after: float | None = None

    @classmethod
    def of(cls, error: ConnectorError, at: datetime) -> "Failure":
        """Reduce `error`: of drift its words, which name columns (long numbers masked); of others what is sure.

        A provider's message may quote the question, hence a parcel number or an address.
        """
        detail = f"{error.kind.replace('_', ' ').capitalize()}"
        detail += f" (HTTP {error.http_status})." if error.http_status else "."
        if error.kind is ErrorKind.SCHEMA_DRIFT:
            detail = _LONG_NUMBER.sub("#", error.detail)[:_LONGEST_DETAIL]
        return cls(error.kind, detail, at, error.http_status, error.retry_after)

    def error(self, provider: str, retry_at: datetime | None) -> ConnectorError:
        """Return the error that a property gets which is not asked about because of this failure."""
        until = f" It is asked again after {retry_at:%Y-%m-%d %H:%M:%S} UTC." if retry_at else ""
        detail = f"{provider} is left alone since its last answer: {self.detail}{until}"
        return error_of(self.kind, detail, provider=provider, http_status=self.http_status)


@dataclass(frozen=True)
class Health:
    """The breaker of one endpoint. `failures` are those in a row, `openings` those without an answer in between."""

    endpoint: Endpoint
    state: State = State.CLOSED
    failures: int = 0
    openings: int = 0
    opened_at: datetime | None = None
    retry_at: datetime | None = None
    last_ok_at: datetime | None = None
    failure: Failure | None = None

    def answered(self, at: datetime) -> "Health":
        """Return the health after an answer; the last failure stays known."""
        return Health(self.endpoint, last_ok_at=at, failure=self.failure)

    def failed(self, failure: Failure, times: int = 1, rules: Rules = RULES) -> "Health":
        """Return the health after `times` failures in a row, the last of which was `failure`."""
        counted = replace(self, failures=self.failures + times, failure=failure)
        closed = self.state is State.CLOSED
        if closed and failure.kind not in _HOPELESS and counted.failures < rules.patience:
            return counted
        openings = self.openings + (self.state is not State.OPEN)
        retry_at = failure.at + rules.pause(openings, failure.retry_after)
        if self.state is State.OPEN and self.retry_at:
            retry_at = max(retry_at, self.retry_at)
        opened_at = failure.at if closed else self.opened_at
        return replace(counted, state=State.OPEN, openings=openings, opened_at=opened_at, retry_at=retry_at)
