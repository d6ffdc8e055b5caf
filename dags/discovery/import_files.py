"""Import the lead files that wait in the drop folder.

## What it does
Every minute, looks into the drop folder (`REOS_INBOX_URL`: a folder of this machine or of an object store; default the
state directory's `inbox`) for `<tenant>/<profile>/<file>`: CSV, NDJSON, GeoJSON or `.xlsx`, text also gzipped. Each
file is claimed by moving it to `.claimed`, then imported: addresses and APNs are normalised, each property is stored
once, and `event.discovery.intake` tells the next stage. One mapped task a file; its result holds the counts. The file
then lies in `.done` or `.failed` with a `.report.txt` beside it, which says what was taken and names each refused row
with its line and the reason. Good rows are kept even when others are refused.

**Files of one's own form:** a `.profile.yml` in the folder says how to read the files in it. A file that no profile
reads fails with a proposal for that `.profile.yml` in its report.

**By hand:** *Trigger* opens a form that narrows the sweep to one tenant, profile or file name.

## Owner
data-platform

## If it fails
A file that cannot be imported is in `.failed` with its report: mend it and put it back, the next sweep takes it.
After an outage **clear** the task or wait for the next sweep, which also takes what was left in `.claimed`: an import
that was broken off continues where it was, and importing the same file again adds nothing. Re-running is harmless.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from reos_airflow import tasks
from reos_airflow.assets import INTAKE
from reos_airflow.dag_policy import Tag, settings_from

OPTIONAL_TEXT = ["null", "string"]


@dag(
    schedule=CronTriggerTimetable("* * * * *", timezone="UTC"),
    tags=[Tag.DISCOVERY, Tag.SCHEDULED],
    params={
        "tenant": Param(None, type=OPTIONAL_TEXT, title="Tenant", description="Only this tenant's folder (its slug)."),
        "profile": Param(None, type=OPTIONAL_TEXT, title="Profile", description="Only this profile, e.g. king-county."),
        "file": Param(None, type=OPTIONAL_TEXT, title="File", description="Only files of this name."),
    },
    **settings_from(__doc__),
)
def import_files() -> None:
    @task
    def list_files(*, params: dict[str, str | None]) -> list[str]:
        return tasks.list_inbox(**params)

    @task(
        outlets=[INTAKE],
        multiple_outputs=False,
        max_active_tis_per_dag=1,
        map_index_template="{{ task.op_kwargs['file'] }}",
    )
    def import_file(file: str) -> tasks.Figures:
        return tasks.import_inbox_file(file)

    import_file.expand(file=list_files())


import_files()
