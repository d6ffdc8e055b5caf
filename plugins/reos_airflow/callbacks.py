"""What happens when a task has failed for good (its retries are used up): a log line, a metric, an event for people.

The metric is `reos.task_failed.<dag>.<task>`, sent wherever Airflow sends its own (statsd). The event appears on the
tenants' timelines, unless the input itself is at fault (`AirflowFailException`), which is told where it came from.
"""

from typing import Any

from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.observability import stats

from reos.core.clock import SystemClock
from reos.core.errors import ReosError
from reos.core.logging import get_logger
from reos.db.connection import connect
from reos_airflow.connection import pipeline_url, redis_url

METRIC = "reos.task_failed"
_log = get_logger(__name__)


def report_failure(context: dict[str, Any]) -> None:
    """Log, count and tell the failure in `context` (Airflow's callback context)."""
    task = context["task_instance"]
    error = context.get("exception")
    remedy = error.remedy if isinstance(error, ReosError) else None
    _log.error(
        "task.failed",
        dag=task.dag_id,
        task=task.task_id,
        run=context["run_id"],
        tries=task.try_number,
        error=f"{type(error).__name__}: {error}",
        remedy=remedy or "Read the traceback above; then clear the task: every task may be run again at any time.",
    )
    stats.incr(f"{METRIC}.{task.dag_id}.{task.task_id}")
    if not isinstance(error, AirflowFailException):
        _tell(task.dag_id, task.task_id, context["run_id"], error)


def _tell(dag_id: str, task_id: str, run_id: str, error: BaseException | None) -> None:
    from reos.pipeline.tell_failure import StageFailure, tell_failure  # noqa: PLC0415 - DAG files are parsed often

    code = error.code if isinstance(error, ReosError) else type(error).__name__
    try:
        with connect(pipeline_url(), application_name="reos-airflow") as conn:
            tell_failure(conn, StageFailure(dag_id, task_id, run_id, code), clock=SystemClock(), redis_url=redis_url())
    except Exception as trouble:  # noqa: BLE001 - what made the task fail may be the database itself
        _log.warning("task.failure_not_told", dag=dag_id, task=task_id, error=str(trouble))
