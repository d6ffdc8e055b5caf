"""What all our DAGs have in common: owner, retries, time limit, one run at a time, tags, and how they are documented.

The tests of the DAG folder hold every DAG to it.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from reos_airflow.callbacks import report_failure
from reos_airflow.links import markdown_links

OWNER: Final = "data-platform"

DEFAULT_ARGS: Final[dict[str, Any]] = {
    "owner": OWNER,
    "retries": 2,
    "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=5),
    "execution_timeout": timedelta(hours=1),
    "on_failure_callback": report_failure,
}


class Tag(StrEnum):
    """The tags a DAG may carry: its stage, what starts it, and what it uses up."""

    DISCOVERY = "stage:discovery"
    ENRICHMENT = "stage:enrichment"
    SCORING = "stage:scoring"
    MEMOS = "stage:memos"
    OUTREACH = "stage:outreach"
    WAREHOUSE = "stage:warehouse"
    MAINTENANCE = "stage:maintenance"
    EVENT_DRIVEN = "event-driven"
    SCHEDULED = "scheduled"
    SPENDS_MONEY = "spends-money"
    DBT = "dbt"


def settings_from(module_docstring: str | None) -> dict[str, Any]:
    """Return the `@dag` arguments that every DAG shares, documented by its module's docstring.

    The docstring's first line becomes the description in the list of DAGs, the whole of it (Markdown) the page of the
    DAG, followed by the links that this installation has. Without a start date, the first run of a new installation is
    the next one on the clock, not the last one missed.
    """
    text = (module_docstring or "").strip()
    return {
        "catchup": False,
        "max_active_runs": 1,
        "default_args": DEFAULT_ARGS,
        "description": text.partition("\n")[0],
        "doc_md": f"{text}\n\n{markdown_links()}\n",
    }
