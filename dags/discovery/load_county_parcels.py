"""Load the parcels and addresses of counties, each night.

## What it does
At 04:10 UTC, pulls what each county's bulk source (ArcGIS or Socrata) has edited since the last load, with a day of
overlap; once a week it pulls everything, which is also how deletions are noticed. Rows are staged and checked, then
merged into `app.address_point` in one transaction: readers see the old data or the new. One mapped task a source; its
result holds the counts, and `app.reference_load` the reasons for every row that was left out, with samples.

**A load is stopped, and the old data stay in use,** when a column that we read is missing or has another type that
matters, when too many rows cannot be read, or when a full pull has a fifth fewer rows than before. A new column is
told as a warning.

**By hand:** *Trigger* opens a form with the source, the kind of pull, and whether to accept a drop in rows. The logical
date does not change what is pulled: a source only has its present state, so a backfill is the same as one run today.

## Owner
data-platform

## If it fails
`refused`: the message names the column or the figures. Compare the source with its YAML file
(`plugins/reos/reference/sources/`), mend the map or accept the drop, and trigger it again. After an outage
**clear** the task: it goes on where it stopped when the source has not changed, and loading twice changes nothing.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from reos_airflow import reference
from reos_airflow.dag_policy import Tag, settings_from
from reos_airflow.figures import Figures

SOURCE = Param(None, type=["null", "string"], title="Source", description="Only this one, e.g. king_wa_parcels.")
MODE = Param("due", enum=["due", "full", "incremental"], title="Pull", description="What is due, all, or only edits.")
ACCEPT_DROP = Param(
    default=False, type="boolean", title="Accept a drop", description="Load although the source has far fewer rows."
)


@dag(
    schedule=CronTriggerTimetable("10 4 * * *", timezone="UTC"),
    tags=[Tag.DISCOVERY, Tag.SCHEDULED],
    params={"source": SOURCE, "mode": MODE, "accept_drop": ACCEPT_DROP},
    **settings_from(__doc__),
)
def load_county_parcels() -> None:
    @task
    def list_sources(*, params: dict[str, str | bool | None]) -> list[str]:
        return reference.list_county_sources(params["source"])

    @task(
        multiple_outputs=False,
        max_active_tis_per_dag=1,
        map_index_template="{{ task.op_kwargs['source'] }}",
    )
    def load(source: str, *, params: dict[str, str | bool | None]) -> Figures:
        return reference.load_county(source, mode=params["mode"], accept_drop=params["accept_drop"])

    load.expand(source=list_sources())


load_county_parcels()
