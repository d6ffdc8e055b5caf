import pytest

from reos.core import metrics
from reos.core.errors import ConfigurationError


class RecordingStatsd:
    def __init__(self) -> None:
        self.sent = []

    def incr(self, stat, count=1) -> None:
        self.sent.append((stat, count))

    def timing(self, stat, delta) -> None:
        self.sent.append((stat, delta))


@pytest.fixture
def statsd():
    client = RecordingStatsd()
    before = metrics.forward_to(client)
    yield client
    metrics.forward_to(before)


def sample(name, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0


def test_counter_adds_up_by_label():
    labels = {"provider": "attom", "outcome": "ok"}
    before = sample("reos_provider_calls_total", **labels)
    metrics.increment("reos_provider_calls_total", 2, **labels)
    metrics.increment("reos_provider_calls_total", **labels)
    assert sample("reos_provider_calls_total", **labels) == before + 3


def test_timing_lands_in_its_bucket():
    name = "reos_stage_seconds"
    metrics.observe(name, 0.3, stage="test")
    assert sample(f"{name}_bucket", stage="test", le="0.25") == 0
    assert sample(f"{name}_bucket", stage="test", le="0.5") == 1


def test_statsd_gets_labels_in_the_name_and_milliseconds(statsd):
    metrics.increment("reos_provider_calls_total", provider="county", outcome="ok")
    metrics.observe("reos_stage_seconds", 0.25, stage="scoring")
    metrics.increment("reos_event_wake_failures_total")
    assert statsd.sent == [
        ("reos_provider_calls_total.ok.county", 1),
        ("reos_stage_seconds.scoring", 250.0),
        ("reos_event_wake_failures_total", 1),
    ]


@pytest.mark.parametrize("record", [metrics.increment, lambda name: metrics.observe(name, 1.0)])
def test_unknown_metric_is_refused_by_name(record):
    with pytest.raises(ConfigurationError, match="reos_typo_total"):
        record("reos_typo_total")
