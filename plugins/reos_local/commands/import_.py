"""`reos import`: take a file of leads in, with a progress bar, and say what it brought, row by refused row."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from reos import db
from reos.core.clock import SystemClock
from reos.core.errors import NotFoundError
from reos.core.settings import get_settings
from reos.db.connection import Connection
from reos.events import Subject, wake
from reos.pipeline import import_leads
from reos.pipeline.import_leads import ImportReport
from reos_local.commands import screen

_SHOWN_ROWS = 20
_STAGES = {
    "check": "check the file",
    "read": "read and normalise",
    "match": "find or create",
    "store": "store records",
    "publish": "publish events",
}


def import_file(
    file: Annotated[Path, typer.Argument(help="The file: CSV, or delimited by ; | or tab.", show_default=False)],
    profile: Annotated[
        str, typer.Option(help="How to read it: a profile's name, or the path of a .yml file of your own.")
    ] = "generic",
    tenant: Annotated[str, typer.Option(help="For which tenant, by its slug.")] = "demo",
) -> None:
    """Import a file of leads. Good rows are kept, bad ones listed; the same file again adds nothing.

    Exit status: 0 imported, 1 nothing was stored or no row was good.
    """
    with screen.failing_clearly():
        report = run(file, profile, tenant)
    console = screen.make_console()
    show(console, report)
    if report.rejected_count == report.rows:
        raise typer.Exit(1)


def run(file: Path, profile: str, tenant: str) -> ImportReport:
    """Import with a progress bar and wake the readers of the log; raises `ReosError` when nothing could be stored."""
    settings = get_settings()
    with db.connect(settings.required("db_pipeline_url"), application_name="reos-import") as conn:
        tenant_id = find_tenant(conn, tenant)
        with _progress(screen.make_console(stderr=True)) as progress:
            report = import_leads.import_file(conn, tenant_id, file, profile, clock=SystemClock(), progress=progress)
    if report.events:
        wake(settings.redis_url.get_secret_value() if settings.redis_url else None, [Subject.DISCOVERY_INTAKE])
    return report


def find_tenant(conn: Connection, slug: str) -> UUID:
    """Return the id of the tenant `slug`; `NotFoundError` names those that there are."""
    with db.transaction(conn):
        tenants = {row["slug"]: row["tenant_id"] for row in conn.execute("select slug, tenant_id from app.tenant")}
    if slug not in tenants:
        known = ", ".join(sorted(tenants)) or "none yet"
        raise NotFoundError(f"There is no tenant {slug!r}.", remedy=f"Use one of: {known}.")
    tenant_id: UUID = tenants[slug]
    return tenant_id


def show(console: Console, report: ImportReport) -> None:
    """Print what the import did, the rows that it refused, and how fast each stage was."""
    if report.repeated:
        console.print("This very file was imported before with this profile.")
    for text, value in _figures(report):
        console.print(f"{text:38}{value:>10,}")
    _show_refused(console, report)
    if report.unknown_columns:
        console.print(f"Columns that the profile does not know: {escape(', '.join(report.unknown_columns))}")
    console.print(_speeds(report))


def _figures(report: ImportReport) -> list[tuple[str, int]]:
    return [
        ("rows", report.rows),
        ("properties new", report.properties_created),
        ("properties known", report.properties_known),
        ("sales", report.sales),
        ("records added", report.records_added),
        ("records changed", report.records_changed),
        ("events published", report.events),
        ("rows refused", report.rejected_count),
    ]


def _show_refused(console: Console, report: ImportReport) -> None:
    for row in report.rejected[:_SHOWN_ROWS]:
        console.print(f"  [red]line {row.line}[/] {escape(row.reason)}", soft_wrap=True)
    more = report.rejected_count - min(len(report.rejected), _SHOWN_ROWS)
    if more:
        console.print(f"  and {more:,} more, all in app.import_rejection (batch {report.batch_id})")


def _speeds(report: ImportReport) -> Table:
    table = Table("stage", box=None, pad_edge=False)
    table.add_column("seconds", justify="right")
    table.add_column("rows/s", justify="right")
    for stage, seconds in [*report.stages.items(), ("all", report.seconds)]:
        speed = f"{report.rows / seconds:,.0f}" if seconds else ""
        table.add_row(_STAGES.get(stage, stage), f"{seconds:.2f}", speed)
    return table


@contextmanager
def _progress(console: Console) -> Iterator[import_leads.Progress]:
    """Show a bar a stage on a terminal, and nothing elsewhere."""
    columns = (TextColumn("{task.description:20}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_STAGES.get(stage, stage), total=total)
            bars.update(tasks[stage], completed=done)

        yield tell
