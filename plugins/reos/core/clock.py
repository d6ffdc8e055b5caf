"""Time as a dependency: domain code takes a `Clock`, so that a test or a replay decides what "now" is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Source of the current time."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still at `instant` (aware) until the test moves it."""

    instant: datetime

    def now(self) -> datetime:
        """Return the fixed instant."""
        return self.instant
