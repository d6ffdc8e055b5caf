"""What happens when a task has failed for good (its retries are used up): one log line and one metric.

The metric is `reos.task_failed.<dag>.<task>`, sent wherever Airflow sends its own (statsd).
"""

from typing import Any

from airflow.sdk.observability import stats

from reos.core.errors import ReosError
from reos.core.logging import get_logger

METRIC = "reos.task_failed"


def report_failure(context: dict[str, Any]) -> None:
    """Log and count the failure in `context` (Airflow's callback context)."""
    task = context["task_instance"]
    error = context.get("exception")
    remedy = error.remedy if isinstance(error, ReosError) else None
    get_logger(__name__).error(
        "task.failed",
        dag=task.dag_id,
        task=task.task_id,
        run=context["run_id"],
        tries=task.try_number,
        error=f"{type(error).__name__}: {error}",
        remedy=remedy or "Read the traceback above; then clear the task: every task may be run again at any time.",
    )
    stats.incr(f"{METRIC}.{task.dag_id}.{task.task_id}")
