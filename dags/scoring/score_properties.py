"""Resolve, value and score the properties whose facts changed.

## What it does
For the properties whose facts changed: takes each field from its best source with provenance, values and scores them
(dbt: staging, intermediate, marts), has the quality gate check the result before it is published, and announces each
new score as `event.scoring.calculated`. Unchanged inputs announce nothing.

**Starts** when the event log has news, and every five minutes for what an earlier run left. Nothing to do: *skipped*.

**By hand:** *Trigger* opens a form with the day to score as of.

## Owner
data-platform

## If it fails
**Clear** the task: each model is one transaction, and what was not finished is still queued. When a quality gate
stopped it, the log names suite and rule and the rows are in `app.quarantine`; readers keep the last good state.
"""

from airflow.sdk import Param, dag, task

from reos_airflow import tasks
from reos_airflow.assets import FEATURES, SCORES, woken_by
from reos_airflow.dag_policy import Tag, settings_from

AS_OF = Param(
    None,
    type=["null", "string"],
    format="date",
    title="As of",
    description="Score as of this day (default: today, UTC). No sale after it is looked at.",
)


@dag(
    schedule=woken_by(FEATURES, sweep="1-59/5 * * * *"),
    tags=[Tag.SCORING, Tag.EVENT_DRIVEN, Tag.DBT],
    params={"as_of": AS_OF},
    **settings_from(__doc__),
)
def score_properties() -> None:
    @task(outlets=[SCORES], multiple_outputs=False)
    def score(*, params: dict[str, str | None]) -> tasks.Figures:
        return tasks.score_properties(**params)

    score()


score_properties()
