from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from reos.core.errors import ConfigurationError, UnavailableError
from reos_local.demo.airflow_rest import COMPANIONS, PIPELINE, AirflowRest, reason_in

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def client(answers: dict[str, Any], seen: Callable[[httpx.Request], None] = lambda _: None) -> AirflowRest:
    def answer(request: httpx.Request) -> httpx.Response:
        seen(request)
        return httpx.Response(200, json={"/auth/token": {"access_token": "t"}, **answers}[request.url.path])

    return AirflowRest("http://airflow", "admin", "pw", Path("/logs"), httpx.MockTransport(answer))


def test_a_run_is_started_with_the_token() -> None:
    requests: list[httpx.Request] = []
    airflow = client({"/api/v2/dags/import_files/dagRuns": {"dag_run_id": "r1"}}, requests.append)
    assert airflow.trigger("import_files") == "r1"
    assert requests[-1].headers["Authorization"] == "Bearer t"


def test_it_is_content_when_the_whole_pipeline_is_parsed() -> None:
    client({"/api/v2/dags": {"dags": [{"dag_id": name} for name in (*PIPELINE, *COMPANIONS)]}}).wait_for_dags()


def test_a_dag_that_cannot_be_read_is_named_with_the_reason() -> None:
    broken = {"import_errors": [{"filename": "dags/x.py", "stack_trace": "Traceback\nNameError: y\n"}]}
    airflow = client({"/api/v2/dags": {"dags": []}, "/api/v2/importErrors": broken})
    with pytest.raises(ConfigurationError, match=r"cannot read dags/x\.py: NameError: y"):
        airflow.wait_for_dags()


def test_failed_tasks_come_with_the_path_of_their_log() -> None:
    task = {"dag_id": "d", "dag_run_id": "r", "task_id": "t", "map_index": -1, "try_number": 2, "state": "failed"}
    mapped = {**task, "map_index": 3, "state": "up_for_retry"}
    airflow = client({"/api/v2/dags/~/dagRuns/~/taskInstances": {"task_instances": [task, mapped]}})
    final, again = airflow.failed_tasks(SINCE)
    assert final.log == Path("/logs/dag_id=d/run_id=r/task_id=t/attempt=2.log")
    assert str(final).startswith("d failed: for a reason that is not in its log. Its log: /logs/")
    assert again.log == Path("/logs/dag_id=d/run_id=r/task_id=t/map_index=3/attempt=2.log")
    assert "will be tried again" in str(again)


def test_the_reason_is_the_last_error_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "attempt=1.log"
    line = '{"event": "task.failed", "error_detail": [{"exc_type": "KeyError", "exc_value": "apn", "frames": []}]}'
    log.write_text(f'{{"event": "started"}}\nplain text\n{line}\n{{"event": "bye"}}\n')
    assert reason_in(log) == "KeyError: apn"
    log.write_text('{"event": "started"}\n')
    assert reason_in(log) == "without an error in its log."


def test_working_time_is_what_the_tasks_say_they_worked() -> None:
    task = {"dag_id": "d", "dag_run_id": "r", "map_index": -1}
    tasks = [{**task, "task_id": "list"}, {**task, "task_id": "import"}, {**task, "task_id": "import"}]
    path = "/api/v2/dags/d/dagRuns/r/taskInstances"
    airflow = client(
        {
            "/api/v2/dags/d/dagRuns/~/taskInstances": {"task_instances": tasks},
            f"{path}/list/xcomEntries": {"xcom_entries": []},
            f"{path}/import/xcomEntries": {"xcom_entries": [{"key": "return_value", "map_index": -1}]},
            f"{path}/import/xcomEntries/return_value": {"value": {"rows": 5, "seconds": 1.75}},
        }
    )
    assert airflow.seconds_worked("d", SINCE) == 3.5


@pytest.mark.parametrize(
    ("dag_ids", "busy"), [([], False), (["other"], False), (["other", PIPELINE[1]], True), ([COMPANIONS[0]], True)]
)
def test_it_is_busy_while_a_run_of_the_pipeline_is_under_way(dag_ids: list[str], busy: bool) -> None:  # noqa: FBT001
    runs = {"dag_runs": [{"dag_id": dag_id} for dag_id in dag_ids]}
    assert client({"/api/v2/dags/~/dagRuns": runs}).is_busy() is busy


def test_an_airflow_that_does_not_answer_is_a_clear_error() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(500))
    with pytest.raises(UnavailableError, match="Airflow did not answer POST /auth/token"):
        AirflowRest("http://airflow", "admin", "pw", Path("/logs"), transport)
