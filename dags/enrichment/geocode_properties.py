"""Find out where properties are: loaded address points first, the Census geocoder for the rest.

## What it does
Takes the properties that `event.discovery.intake` names, and those that a load of address points touched. Looks each up
among the loaded points by address, by street with a missing direction or type, and by parcel number; asks the Census
geocoder (free) about those that have no point to use. Every result is stored in `raw.geocode_point` with its quality
and its distance from the middle of the ZIP code; ties and points that cannot be right are kept with the reason and are
not used. A property that has a point for the first time is queued for enrichment: FEMA is asked by point.

**Starts** when the event log has news, and every five minutes for what an earlier run left. Nothing to do: *skipped*.

## Owner
data-platform

## If it fails
**Clear** the task, or wait for the next run: what says nothing new writes nothing. Properties whose geocoder did not
answer stay queued.
"""

from airflow.sdk import dag, task

from reos_airflow import tasks
from reos_airflow.assets import FEATURES, INTAKE, woken_by
from reos_airflow.dag_policy import Tag, settings_from


@dag(
    schedule=woken_by(INTAKE, sweep="2-59/5 * * * *"),
    tags=[Tag.ENRICHMENT, Tag.EVENT_DRIVEN],
    **settings_from(__doc__),
)
def geocode_properties() -> None:
    @task(outlets=[FEATURES], multiple_outputs=False)
    def geocode() -> tasks.Figures:
        return tasks.geocode_properties()

    geocode()


geocode_properties()
