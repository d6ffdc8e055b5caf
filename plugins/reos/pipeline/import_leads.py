"""Import a file of leads, in two steps that can each be broken off and gone on with: stage its rows, publish them.

Bad rows are reported and do not stop the good ones. The same file again adds nothing and tells nothing. Between the
steps a report can be had of what the second would do (`preview`), and the rows be thrown away (`discard`); afterwards
the whole import can be taken back (`undo`).
"""

import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection
from reos.pipeline import import_publish, import_stage
from reos.pipeline.import_batch import Batch, Rejection, Status, batch, batches, rejections
from reos.pipeline.import_discard import discard
from reos.pipeline.import_estimate import SourceCost
from reos.pipeline.import_preview import Preview, preview
from reos.pipeline.import_progress import Progress, Stopwatch
from reos.pipeline.import_stage import Source, stage
from reos.pipeline.import_undo import Kept, Undone, undo
from reos.pipeline.profiles import Profile

__all__ = [
    "Batch",
    "ImportReport",
    "Kept",
    "Preview",
    "Progress",
    "Rejection",
    "Source",
    "SourceCost",
    "Status",
    "Undone",
    "batch",
    "batches",
    "discard",
    "import_file",
    "preview",
    "publish",
    "rejections",
    "stage",
    "undo",
]

REPORTED_ROWS = 1000  # refused rows listed in the report; all of them are in app.import_rejection


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `properties_*` count distinct properties of the file, `sales` its sale rows.

    `rejected` lists the first refused rows (invalid, duplicate or contradicting), `rejected_count` counts all of them;
    `merged` and `reviews` say how many newcomers were found to be known homes, or may be; `stages` has the seconds that
    each stage took in this run. An import that was broken off is reported as a whole, `repeated` means that it was
    complete before and that nothing was done.
    """

    rows: int
    properties_created: int
    properties_known: int
    sales: int
    rejected: list[Rejection]
    seconds: float
    rejected_count: int = 0
    records_added: int = 0
    records_changed: int = 0
    events: int = 0
    merged: int = 0
    reviews: int = 0
    batch_id: UUID | None = None
    repeated: bool = False
    encoding: str = "utf-8"
    unknown_columns: tuple[str, ...] = ()
    changed_after_line: int | None = None
    stages: dict[str, float] = field(default_factory=dict)


def import_file(
    conn: Connection,
    tenant_id: UUID,
    path: Path,
    profile: Profile | str,
    *,
    clock: Clock,
    progress: Progress | None = None,
    new_id: NewId = new_id,
    logical_date: date | None = None,
) -> ImportReport:
    """Stage the file at `path` and publish it, for one tenant; `conn` is an idle connection of reos_pipeline.

    `logical_date` is the day of which the file speaks (default: today). Raises what the two steps raise; what they
    committed until then is kept, and the next call with the same file goes on there.
    """
    watch = Stopwatch()
    source = Source(path, profile, logical_date)
    staged = import_stage.stage(conn, tenant_id, source, clock=clock, progress=progress, new_id=new_id, watch=watch)
    return publish(conn, tenant_id, staged.batch_id, clock=clock, progress=progress, new_id=new_id, watch=watch)


def publish(
    conn: Connection,
    tenant_id: UUID,
    batch_id: UUID,
    *,
    clock: Clock,
    progress: Progress | None = None,
    new_id: NewId = new_id,
    watch: Stopwatch | None = None,
) -> ImportReport:
    """Publish a staged batch, or the rest of it, and report on the whole import; see `import_publish.publish`."""
    watch = watch or Stopwatch()
    began = time.monotonic() - sum(watch.seconds.values())
    before = batch(conn, tenant_id, batch_id)
    done = import_publish.publish(conn, tenant_id, batch_id, clock=clock, progress=progress, new_id=new_id, watch=watch)
    rejected = rejections(conn, tenant_id, batch_id, limit=REPORTED_ROWS)
    return _report(done, rejected, watch, time.monotonic() - began, repeated=before.status is Status.DONE)


def _report(
    done: Batch, rejected: list[Rejection], watch: Stopwatch, seconds: float, *, repeated: bool
) -> ImportReport:
    return ImportReport(
        rows=done.rows,
        properties_created=0 if repeated else done.created,
        properties_known=done.known + (done.created if repeated else 0),
        sales=done.sales,
        rejected=rejected,
        seconds=seconds,
        rejected_count=done.rejected,
        records_added=0 if repeated else done.records_added,
        records_changed=0 if repeated else done.records_changed,
        events=0 if repeated else done.events,
        merged=0 if repeated else done.merged,
        reviews=0 if repeated else done.reviews,
        batch_id=done.batch_id,
        repeated=repeated,
        encoding=done.encoding,
        unknown_columns=done.unknown_columns,
        changed_after_line=done.changed_after_line,
        stages=watch.seconds,
    )
