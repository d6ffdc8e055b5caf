"""Ask the data providers about newly discovered properties.

## What it does
Takes the properties that `event.discovery.intake` names, in batches and in order, and those that got their first point.
Plans for each which sources fill what is missing or too old: free ones first, then the cheapest paid ones within the
tenant's budget. Asks them, several at a time, stores every answer in `raw` as it came, plans again until nothing is
left to ask, and publishes `event.enrichment.features`. Nothing that is fresh is asked for, or paid for, again; the plan
of each property, with its reasons, is kept in `app.enrichment_plan`. `reos plan` shows a plan before it runs.

**Starts** when the event log has news, and every five minutes for what an earlier run left. Nothing to do: *skipped*.

## Owner
data-platform

## If it fails
**Clear** the task, or wait for the next run: the position in the log moves only with finished work, and an answer that
was paid for and stored is not bought twice.
"""

from airflow.sdk import dag, task

from reos_airflow import tasks
from reos_airflow.assets import FEATURES, INTAKE, woken_by
from reos_airflow.dag_policy import Tag, settings_from


@dag(
    schedule=woken_by(INTAKE, sweep="*/5 * * * *"),
    tags=[Tag.ENRICHMENT, Tag.EVENT_DRIVEN, Tag.SPENDS_MONEY],
    **settings_from(__doc__),
)
def enrich_properties() -> None:
    @task(outlets=[FEATURES], multiple_outputs=False)
    def enrich() -> tasks.Figures:
        return tasks.enrich_properties()

    enrich()


enrich_properties()
