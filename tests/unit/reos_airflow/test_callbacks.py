from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from airflow.sdk.observability import stats

from reos.core.errors import UnavailableError
from reos_airflow.callbacks import report_failure


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    monkeypatch.setattr(stats, "incr", calls.append)
    return calls


def context(error: Exception) -> dict[str, Any]:
    task = SimpleNamespace(dag_id="enrich_properties", task_id="enrich", try_number=3)
    return {"task_instance": task, "run_id": "manual__1", "exception": error}


def test_a_failure_is_counted_by_dag_and_task(counted: list[str]) -> None:
    with structlog.testing.capture_logs():
        report_failure(context(ValueError("boom")))
    assert counted == ["reos.task_failed.enrich_properties.enrich"]


@pytest.mark.usefixtures("counted")
def test_the_log_line_says_what_failed_where_and_what_to_do() -> None:
    with structlog.testing.capture_logs() as lines:
        report_failure(context(UnavailableError("PostgreSQL is down.", remedy="Start it.")))
    (line,) = lines
    assert line["event"] == "task.failed"
    assert line["log_level"] == "error"
    assert (line["dag"], line["task"], line["run"], line["tries"]) == ("enrich_properties", "enrich", "manual__1", 3)
    assert line["error"] == "UnavailableError: PostgreSQL is down. Start it."
    assert line["remedy"] == "Start it."


@pytest.mark.usefixtures("counted")
def test_an_error_without_a_remedy_gets_the_general_one() -> None:
    with structlog.testing.capture_logs() as lines:
        report_failure(context(ValueError("boom")))
    assert "clear the task" in lines[0]["remedy"]
