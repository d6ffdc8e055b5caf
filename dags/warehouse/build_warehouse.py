"""Build and test every dbt model, each night.

## What it does
Runs `dbt build` over the whole project, models and tests, at 03:00 UTC, so that what the event path does not touch
(statistics, tests over all rows) is fresh by morning.

**By hand:** *Trigger* opens a form with dbt's selection and whether to rebuild from all rows.

## Owner
data-platform

## If it fails
The log names the model or test. Mend the cause, then **clear** the task. Readers keep the last good state: each model
is one transaction.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from reos_airflow import tasks
from reos_airflow.dag_policy import Tag, settings_from

SELECT = Param(
    None,
    type=["null", "string"],
    title="Select",
    description="dbt's selection syntax, e.g. `marts` or `+fct_property_score` (default: everything).",
)
FULL_REFRESH = Param(default=False, type="boolean", title="Full refresh", description="Rebuild from all rows.")


@dag(
    schedule=CronTriggerTimetable("0 3 * * *", timezone="UTC"),
    tags=[Tag.WAREHOUSE, Tag.SCHEDULED, Tag.DBT],
    params={"select": SELECT, "full_refresh": FULL_REFRESH},
    **settings_from(__doc__),
)
def build_warehouse() -> None:
    @task(multiple_outputs=False)
    def build(*, params: dict[str, str | bool | None]) -> tasks.Figures:
        return tasks.build_warehouse(**params)

    build()


build_warehouse()
