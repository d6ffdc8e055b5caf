"""Import the lead files that wait in the inbox.

## What it does
Every two minutes, takes each file in the inbox `<tenant>/<profile>/<file>`: addresses and APNs are normalised, each
property is stored once, and `event.discovery.intake` tells the next stage. One mapped task a file; its result holds the
counts. The file then lies in `.done` or `.failed` beside its old place, with a `.report.txt` that names each refused
row, its line and the reason. Good rows are kept even when others are refused.

**By hand:** *Trigger* opens a form that narrows the sweep to one tenant, profile or file name.

## Owner
data-platform

## If it fails
A file that cannot be imported is in `.failed` with its report: mend it and put it back, the next sweep takes it.
After an outage **clear** the task or wait for the next sweep: importing the same file again adds nothing.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from reos_airflow import tasks
from reos_airflow.assets import INTAKE
from reos_airflow.dag_policy import Tag, settings_from

OPTIONAL_TEXT = ["null", "string"]


@dag(
    schedule=CronTriggerTimetable("*/2 * * * *", timezone="UTC"),
    tags=[Tag.DISCOVERY, Tag.SCHEDULED],
    params={
        "tenant": Param(None, type=OPTIONAL_TEXT, title="Tenant", description="Only this tenant's folder (its slug)."),
        "profile": Param(None, type=OPTIONAL_TEXT, title="Profile", description="Only this profile, e.g. king-county."),
        "file": Param(None, type=OPTIONAL_TEXT, title="File", description="Only files of this name."),
    },
    **settings_from(__doc__),
)
def intake_leads() -> None:
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


intake_leads()
