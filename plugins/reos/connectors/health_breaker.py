"""Breakers within one run: what it may ask, what it saw, and who goes ahead when a provider may be back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from reos.connectors.contract import ConnectorSpec, LookupRequest
from reos.connectors.errors import ConnectorError
from reos.connectors.health import RULES, Endpoint, Failure, Health, Rules, State
from reos.core.clock import Clock


@dataclass
class Tally:
    """What a run saw at one endpoint since it last told: the last answer, and the failures after it."""

    answered_at: datetime | None = None
    failures: int = 0
    failure: Failure | None = None

    def applied_to(self, health: Health, rules: Rules = RULES) -> Health:
        """Add this to `health`, which may have changed since; what was answered before it opened is old."""
        after = health
        if self.answered_at and not (health.opened_at and health.opened_at > self.answered_at):
            after = after.answered(self.answered_at)
        return after.failed(self.failure, self.failures, rules) if self.failure else after


class Breaker:
    """The breaker of one endpoint within a run."""

    def __init__(self, health: Health, clock: Clock, rules: Rules = RULES) -> None:
        self.health = health
        self.rules = rules
        self.claimed = health.state is State.HALF_OPEN
        self.tally = Tally()
        self._clock = clock
        self._shown: ConnectorError | None = None

    @property
    def open(self) -> ConnectorError | None:
        """The error of what must not be asked, or None when it may."""
        health = self.health
        if health.state is not State.OPEN or health.failure is None:
            return None
        return self._shown or health.failure.error(health.endpoint.provider, health.retry_at)

    @property
    def probing(self) -> bool:
        """Whether one lookup is to go ahead of the others, to see whether the provider is back."""
        return self.health.state is State.HALF_OPEN

    def note(self, errors: Sequence[ConnectorError], *, answered: bool) -> None:
        """Take in the outcome of one lookup. An error about one record only is an answer too."""
        wide = [error for error in errors if error.provider_wide]
        if wide:
            failure = Failure.of(wide[0], self._clock.now())
            self.tally = replace(self.tally, failures=self.tally.failures + 1, failure=failure)
            self._shown = wide[0]
            self.health = self.health.failed(failure, 1, self.rules)
        elif answered or errors:
            self.tally = Tally(self._clock.now())
            self.health = self.health.answered(self._clock.now())

    def told(self, health: Health) -> None:
        """Go on from `health`, which now includes what was noted."""
        self.health, self.tally = health, Tally()
        self.claimed = self.claimed and health.state is State.HALF_OPEN


@dataclass
class Breakers:
    """All breakers of a run; an endpoint that nobody has known yet begins closed."""

    clock: Clock
    rules: Rules = RULES
    known: dict[Endpoint, Breaker] = field(default_factory=dict)

    @classmethod
    def starting_from(cls, healths: Iterable[Health], clock: Clock, rules: Rules = RULES) -> "Breakers":
        """Return breakers in the states that were stored."""
        return cls(clock, rules, {health.endpoint: Breaker(health, clock, rules) for health in healths})

    def of(self, endpoint: Endpoint) -> Breaker:
        """Return the breaker of `endpoint`."""
        if endpoint not in self.known:
            self.known[endpoint] = Breaker(Health(endpoint), self.clock, self.rules)
        return self.known[endpoint]

    def at(self, spec: ConnectorSpec, batch: Sequence[LookupRequest]) -> Breaker:
        """Return the breaker of what answers a batch of one source."""
        return self.of(Endpoint.of(spec, batch))


def split_probes(
    spec: ConnectorSpec, batches: Sequence[list[LookupRequest]], breakers: Breakers
) -> tuple[list[list[LookupRequest]], list[list[LookupRequest]]]:
    """Return (the batches to ask first and alone, the others): the first of each endpoint that is half open."""
    probed: set[Endpoint] = set()
    probes: list[list[LookupRequest]] = []
    others: list[list[LookupRequest]] = []
    for batch in batches:
        endpoint = Endpoint.of(spec, batch)
        is_probe = breakers.of(endpoint).probing and endpoint not in probed
        probed.add(endpoint)
        (probes if is_probe else others).append(batch)
    return probes, others
