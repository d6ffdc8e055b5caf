from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.observability import stats

from reos.core.errors import UnavailableError
from reos.pipeline import tell_failure
from reos.pipeline.tell_failure import StageFailure
from reos_airflow import callbacks
from reos_airflow.callbacks import report_failure


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[StageFailure]:
    """What the timelines are told; no database is needed."""
    found: list[StageFailure] = []

    @contextmanager
    def connected(_url: str, **_options: Any) -> Iterator[None]:
        yield None

    def tell(_conn: object, failure: StageFailure, **_options: object) -> int:
        found.append(failure)
        return 1

    monkeypatch.setattr(callbacks, "connect", connected)
    monkeypatch.setattr(callbacks, "pipeline_url", lambda: "postgresql://nowhere/reos")
    monkeypatch.setattr(tell_failure, "tell_failure", tell)
    return found


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


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize(
    ("error", "code"),
    [(UnavailableError("JANE DOE's row", remedy="x"), "unavailable"), (ValueError("b"), "ValueError")],
)
def test_people_are_told_the_stage_and_the_kind_of_error(told: list[StageFailure], error: Exception, code: str) -> None:
    with structlog.testing.capture_logs():
        report_failure(context(error))
    assert told == [StageFailure("enrich_properties", "enrich", "manual__1", code)]


@pytest.mark.usefixtures("counted")
def test_a_file_at_fault_is_not_told_to_everybody(told: list[StageFailure]) -> None:
    with structlog.testing.capture_logs():
        report_failure(context(AirflowFailException("no such profile")))
    assert told == []


@pytest.mark.usefixtures("counted")
def test_a_database_that_is_down_does_not_hide_the_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> str:
        raise UnavailableError("PostgreSQL is down.", remedy="Start it.")

    monkeypatch.setattr(callbacks, "pipeline_url", down)
    with structlog.testing.capture_logs() as lines:
        report_failure(context(ValueError("boom")))
    assert [line["event"] for line in lines] == ["task.failed", "task.failure_not_told"]
