"""Metrics, listed once. The API serves them to Prometheus; tasks, whose processes end, send them to statsd as well.

A metric that is not in the catalogue cannot be recorded, and none has a label for a tenant or a property.
"""

from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram

from reos.core.errors import ConfigurationError

REGISTRY = CollectorRegistry(auto_describe=True)

_Metric = TypeVar("_Metric")

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class StatsdClient(Protocol):
    """The two calls that we make of a statsd client."""

    def incr(self, stat: str, count: float = 1) -> None:
        """Add `count` to a counter."""

    def timing(self, stat: str, delta: float) -> None:
        """Record a duration in milliseconds."""


@dataclass
class _Forwarding:
    client: StatsdClient | None = field(default=None)


_forwarding = _Forwarding()
_COUNTERS: dict[str, Counter] = {}
_TIMINGS: dict[str, Histogram] = {}


def declare_counter(name: str, help_text: str, labels: tuple[str, ...] = ()) -> None:
    """Add a counter to the catalogue; `name` ends in `_total`."""
    _COUNTERS[name] = Counter(name, help_text, labels, registry=REGISTRY)


def declare_timing(name: str, help_text: str, labels: tuple[str, ...] = ()) -> None:
    """Add a histogram of durations to the catalogue; `name` ends in `_seconds`."""
    _TIMINGS[name] = Histogram(name, help_text, labels, registry=REGISTRY, buckets=_SECONDS)


def increment(name: str, amount: float = 1, **labels: str) -> None:
    """Add `amount` to the counter `name`; `ConfigurationError` when it is not in the catalogue."""
    counter = _found(_COUNTERS, name)
    (counter.labels(**labels) if labels else counter).inc(amount)
    if _forwarding.client is not None:
        _forwarding.client.incr(_dotted(name, labels), amount)


def observe(name: str, seconds: float, **labels: str) -> None:
    """Record a duration of `seconds` in the histogram `name`; `ConfigurationError` when it is not in the catalogue."""
    timing = _found(_TIMINGS, name)
    (timing.labels(**labels) if labels else timing).observe(seconds)
    if _forwarding.client is not None:
        _forwarding.client.timing(_dotted(name, labels), seconds * 1000)


def forward_to(client: StatsdClient | None) -> StatsdClient | None:
    """Send everything recorded from now on to `client` as well, None stops that; return the client until now."""
    before, _forwarding.client = _forwarding.client, client
    return before


def _found(catalogue: dict[str, _Metric], name: str) -> _Metric:
    if name not in catalogue:
        raise ConfigurationError(f"No metric is called {name}.", remedy="Declare it in reos.core.metrics.")
    return catalogue[name]


def _dotted(name: str, labels: dict[str, str]) -> str:
    return ".".join([name, *(value for _, value in sorted(labels.items()))])


declare_counter("reos_event_wake_failures_total", "Wake-ups that Redis did not take.")
declare_counter("reos_events_appended_total", "Events written to the log.", ("event_type",))
declare_counter("reos_provider_calls_total", "Calls to providers.", ("provider", "outcome"))
declare_counter("reos_provider_breaker_changes_total", "Changes of providers' breakers.", ("provider", "state"))
declare_counter("reos_policy_decisions_total", "Decisions of the policy kernel.", ("action", "allow"))
declare_counter("reos_reference_loads_total", "Loads of reference data by how they ended.", ("kind", "outcome"))
declare_timing("reos_provider_call_seconds", "Duration of calls to providers.", ("provider",))
declare_timing("reos_stage_seconds", "Duration of a batch of a pipeline stage.", ("stage",))
