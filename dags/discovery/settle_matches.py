"""Compare all properties with one another, each Sunday.

## What it does
At 03:20 UTC on Sundays, looks in each tenant for properties that are one home under two writings. Leads and imports are
compared as they come; this finds what came before the rules could tell, and what two of them brought at once. What is
certain is merged (`property.merged`), what is not waits in the review queue (`GET /v1/matches`); what a person decided
stays as it is. Before that, properties without a block (house number and street, by which candidates are found) get
one, and parcels without an address learn it from answers that landed before. The result holds the counts.

**By hand:** *Trigger* opens a form that makes every property's block anew and reads all landed answers again, which is
needed once after the rules by which addresses are read have changed.

## Owner
data-platform

## If it fails
**Clear** the task: comparing twice changes nothing. A merge that is wrong is taken back by
`POST /v1/properties/{property_id}/unmerge`, and is not made again.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from reos_airflow import tasks
from reos_airflow.dag_policy import Tag, settings_from

REBLOCK = Param(default=False, type="boolean", title="New blocks", description="After the rules of addresses changed.")


@dag(
    schedule=CronTriggerTimetable("20 3 * * 0", timezone="UTC"),
    tags=[Tag.DISCOVERY, Tag.SCHEDULED],
    params={"reblock": REBLOCK},
    **settings_from(__doc__),
)
def settle_matches() -> None:
    @task(multiple_outputs=False)
    def compare(*, params: dict[str, bool]) -> tasks.Figures:
        return tasks.settle_matches(reblock=params["reblock"])

    compare()


settle_matches()
