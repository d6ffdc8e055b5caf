"""Load address points from OpenAddresses, each Sunday.

## What it does
At 05:20 UTC on Sundays, downloads the latest file of each place (set in `REOS_OPENADDRESSES_PLACES`) and merges its
points into `app.address_point` in one transaction; properties are geocoded from them without asking anybody. A file is
the whole of its place: points that it no longer has are removed. The same file again changes nothing. One mapped task
a place; its result holds the counts, and `app.reference_load` the reasons for every row that was left out.

**A load is stopped, and the old data stay in use,** when a column is missing, when the file breaks off, or when it has
a fifth fewer points than before.

**By hand:** *Trigger* opens a form with a place, a file on the server that is read instead of the service's, and
whether to accept a drop in rows. The logical date does not change what is loaded: the service only has its latest
file, so a backfill is the same as one run today.

## Owner
data-platform

## If it fails
The message says whether the service, the file or a check is the reason. HTTP 403 means that `REOS_OPENADDRESSES_TOKEN`
is missing or old. After an outage **clear** the task: staging goes on where it stopped.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from reos_airflow import reference
from reos_airflow.dag_policy import Tag, settings_from
from reos_airflow.figures import Figures

OPTIONAL_TEXT = ["null", "string"]
PLACE = Param(None, type=OPTIONAL_TEXT, title="Place", description="Only this one, as in us/wa/king.")
FILE = Param(
    None, type=OPTIONAL_TEXT, title="File", description="Read this file of the place instead of downloading one."
)
ACCEPT_DROP = Param(
    default=False, type="boolean", title="Accept a drop", description="Load although the file has far fewer points."
)


@dag(
    schedule=CronTriggerTimetable("20 5 * * 0", timezone="UTC"),
    tags=[Tag.DISCOVERY, Tag.SCHEDULED],
    params={"place": PLACE, "file": FILE, "accept_drop": ACCEPT_DROP},
    **settings_from(__doc__),
)
def load_openaddresses() -> None:
    @task
    def list_places(*, params: dict[str, str | bool | None]) -> list[str]:
        return reference.list_places(params["place"])

    @task(
        multiple_outputs=False,
        max_active_tis_per_dag=1,
        map_index_template="{{ task.op_kwargs['place'] }}",
    )
    def load(place: str, *, params: dict[str, str | bool | None]) -> Figures:
        return reference.load_openaddresses(place, file=params["file"], accept_drop=params["accept_drop"])

    load.expand(place=list_places())


load_openaddresses()
