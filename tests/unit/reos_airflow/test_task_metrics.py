import pytest
from airflow.sdk.observability import stats

from reos.core import metrics
from reos_airflow import tasks  # noqa: F401 - importing it connects the two


def test_what_a_task_counts_and_times_goes_where_airflow_sends_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, str, float]] = []
    monkeypatch.setattr(stats, "incr", lambda name, count: sent.append(("incr", name, count)))
    monkeypatch.setattr(stats, "timing", lambda name, milliseconds: sent.append(("timing", name, milliseconds)))
    metrics.increment("reos_event_wake_failures_total", 2)
    metrics.observe("reos_stage_seconds", 1.5, stage="enrichment")
    assert sent == [
        ("incr", "reos_event_wake_failures_total", 2),
        ("timing", "reos_stage_seconds.enrichment", 1500.0),
    ]
