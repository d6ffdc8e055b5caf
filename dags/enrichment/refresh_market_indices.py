"""Load Zillow's published indices of home values and rents, on the 20th of each month.

## What it does
At 06:10 UTC on the 20th, after Zillow has published the month before, fetches each research file (names in
`connectors/zillow_research/files.yml`) and writes what differs into `raw.zillow_index`, which all tenants share: the
new month, values that Zillow has revised, and the end of values that it has withdrawn. A file that has not changed is
not sent again. One mapped task a file; its result holds the counts, and `app.reference_load` the policy's decision,
the attribution and the file's version.

**A load is stopped, and the old data stay in use,** when a column is missing or is no month, a cell does not fit, the
file ends in an earlier month than the last one, or it has a tenth fewer regions or values than before.

**By hand:** *Trigger* opens a form with one file, a file on the server that is read instead of Zillow's, and whether to
accept a drop. The logical date does not change what is loaded: a file holds its whole history, so a backfill is the
same as one run today.

## Owner
data-platform

## If it fails
A file that is not found has been renamed: look its name up at zillow.com/research/data and correct `files.yml`. After
an outage **clear** the task. Running it twice does no harm.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from reos_airflow import market
from reos_airflow.dag_policy import Tag, settings_from
from reos_airflow.figures import Figures

OPTIONAL_TEXT = ["null", "string"]
FILE = Param(None, type=OPTIONAL_TEXT, title="File", description="Only this one, as in zhvi_zip.")
PATH = Param(
    None, type=OPTIONAL_TEXT, title="Path", description="Read this file of the server instead of downloading one."
)
ACCEPT_DROP = Param(
    default=False, type="boolean", title="Accept a drop", description="Load although the file has far fewer values."
)


@dag(
    schedule=CronTriggerTimetable("10 6 20 * *", timezone="UTC"),
    tags=[Tag.ENRICHMENT, Tag.SCHEDULED],
    params={"file": FILE, "path": PATH, "accept_drop": ACCEPT_DROP},
    **settings_from(__doc__),
)
def refresh_market_indices() -> None:
    @task
    def list_files(*, params: dict[str, str | bool | None]) -> list[str]:
        return market.list_research_files(params["file"])

    @task(multiple_outputs=False, max_active_tis_per_dag=1, map_index_template="{{ task.op_kwargs['file'] }}")
    def load(file: str, *, params: dict[str, str | bool | None]) -> Figures:
        return market.load_zillow(file, path=params["path"], accept_drop=params["accept_drop"])

    load.expand(file=list_files())


refresh_market_indices()
