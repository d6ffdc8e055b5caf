"""The little of Airflow's REST API that the demo needs: is every DAG parsed, start one, how did its runs end."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from reos.core.errors import ConfigurationError, UnavailableError

PIPELINE = ("import_files", "enrich_properties", "score_properties", "generate_memos")
# What the demo starts beside the pipeline (data sets that all tenants share), and what works along with it.
LOADS = ("load_openaddresses", "refresh_market_indices", "refresh_census_facts")
COMPANIONS = ("geocode_properties", *LOADS)
STAGE_OF = dict(zip(PIPELINE, ("discovered", "enriched", "scored", "documented"), strict=True))
_SECONDS = 60.0
_PARSE_SECONDS = 120.0
_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class FailedTask:
    """A task that failed, and its log; `again` says that Airflow will try it once more."""

    dag_id: str
    run_id: str
    again: bool
    log: Path

    def __str__(self) -> str:
        what = "failed and will be tried again" if self.again else "failed"
        return f"{self.dag_id} {what}: {reason_in(self.log)} Its log: {self.log}"


def reason_in(log: Path) -> str:
    """Return the last error in a task's log, which Airflow writes as a JSON object a line."""
    try:
        entries = [json.loads(line) for line in log.read_text(errors="replace").splitlines() if line.startswith("{")]
        details = [entry["error_detail"][0] for entry in entries if entry.get("error_detail")]
    except (OSError, ValueError, LookupError, TypeError):
        return "for a reason that is not in its log."
    return f"{details[-1]['exc_type']}: {details[-1]['exc_value']}" if details else "without an error in its log."


class AirflowRest:
    """A logged-in client."""

    def __init__(
        self, base_url: str, user: str, password: str, logs: Path, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=_SECONDS, trust_env=False, transport=transport)
        self._logs = logs
        token = self._ask("POST", "/auth/token", json={"username": user, "password": password})["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def wait_for_dags(self) -> None:
        """Wait until the pipeline's DAGs are parsed; `ConfigurationError` with Airflow's words if one cannot be."""
        deadline = time.monotonic() + _PARSE_SECONDS
        while True:
            known = {dag["dag_id"] for dag in self._ask("GET", "/api/v2/dags", params={"limit": 100})["dags"]}
            missing = [dag_id for dag_id in (*PIPELINE, *COMPANIONS) if dag_id not in known]
            if not missing:
                return
            for broken in self._ask("GET", "/api/v2/importErrors")["import_errors"]:
                said = broken["stack_trace"].strip().splitlines()[-1]
                raise ConfigurationError(f"Airflow cannot read {broken['filename']}: {said}", remedy="Mend that file.")
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"Airflow has not parsed {', '.join(missing)}.", remedy="reos logs airflow-dag-processor"
                )
            time.sleep(_POLL_SECONDS)

    def trigger(self, dag_id: str) -> str:
        """Start a run now and return its id."""
        answer = self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": {}})
        return str(answer["dag_run_id"])

    def failed_tasks(self, since: datetime) -> list[FailedTask]:
        """Return the tasks that began after `since` (aware) and have failed, for good or until their next attempt."""
        parameters = {"state": ["failed", "up_for_retry"], "start_date_gte": since.isoformat(), "limit": 50}
        found = self._ask("GET", "/api/v2/dags/~/dagRuns/~/taskInstances", params=parameters)["task_instances"]
        return [self._failed(task) for task in found]

    def seconds_worked(self, dag_id: str, since: datetime) -> float:
        """Return the seconds that the DAG's tasks since `since` say they worked, starting a process not included."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/~/taskInstances"
        parameters = {"state": "success", "start_date_gte": since.isoformat(), "limit": 100}
        tasks = self._ask("GET", path, params=parameters)["task_instances"]
        return sum(self._seconds(task) for task in tasks)

    def is_busy(self) -> bool:
        """Whether a run of the pipeline's DAGs, or of those that work along with it, is under way."""
        runs = self._ask("GET", "/api/v2/dags/~/dagRuns", params={"state": ["running", "queued"], "limit": 100})
        return any(run["dag_id"] in {*PIPELINE, *COMPANIONS} for run in runs["dag_runs"])

    def _seconds(self, task: Mapping[str, Any]) -> float:
        path = f"/api/v2/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}/xcomEntries"
        listed = self._ask("GET", path)["xcom_entries"]
        if not any(entry["key"] == "return_value" and entry["map_index"] == task["map_index"] for entry in listed):
            return 0.0
        told = self._ask("GET", f"{path}/return_value", params={"map_index": task["map_index"]})["value"]
        return float(told.get("seconds", 0.0)) if isinstance(told, Mapping) else 0.0

    def _failed(self, task: Mapping[str, Any]) -> FailedTask:
        run = self._logs / f"dag_id={task['dag_id']}" / f"run_id={task['dag_run_id']}" / f"task_id={task['task_id']}"
        folder = run / f"map_index={task['map_index']}" if task["map_index"] >= 0 else run
        log = folder / f"attempt={task['try_number']}.log"
        return FailedTask(task["dag_id"], task["dag_run_id"], task["state"] == "up_for_retry", log)

    def _ask(self, method: str, path: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
        try:
            answer = self._http.request(method, path, **arguments)
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise UnavailableError(
                f"Airflow did not answer {method} {path}: {error}", remedy="reos logs airflow-api-server"
            ) from error
