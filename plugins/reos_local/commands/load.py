"""`reos load`: load reference data by hand, and see what the last loads did."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reos import db
from reos.core.clock import SystemClock
from reos.core.settings import get_settings
from reos.db.connection import Connection
from reos.pipeline.load_reference import LoadReport
from reos.pipeline.load_reference_county import load_county
from reos.pipeline.load_reference_file import load_openaddresses
from reos_local.commands import screen

app = typer.Typer(help="Load reference data: address points and the parcels of counties.", no_args_is_help=True)

AcceptDrop = Annotated[bool, typer.Option(help="Load although the source has far fewer rows than before.")]

_SHOWN_LOADS = 20
_LOADS = """
select source, mode, status, started_at, rows, added, changed, removed, rejected, message from app.reference_load
 order by started_at desc, load_id desc limit %s
"""


@app.command("county")
def county(
    source: Annotated[str, typer.Argument(help="The source, e.g. king_wa_parcels.", show_default=False)],
    pull: Annotated[
        Literal["due", "full", "incremental"], typer.Option(help="What is due, all, or edits only.")
    ] = "due",
    accept_drop: AcceptDrop = False,  # noqa: FBT002 - typer options are positional
) -> None:
    """Pull a county's bulk source (ArcGIS or Socrata). Pulling again changes nothing that is the same."""
    with screen.failing_clearly(), _connection() as conn:
        report = load_county(
            conn, source, settings=get_settings(), clock=SystemClock(), mode=pull, accept_drop=accept_drop
        )
        show(screen.make_console(), report)


@app.command("openaddresses")
def openaddresses(
    place: Annotated[str, typer.Argument(help="The place, as in us/wa/king.", show_default=False)],
    file: Annotated[Path | None, typer.Option(help="Read this file (GeoJSON lines or CSV, gzip or not).")] = None,
    accept_drop: AcceptDrop = False,  # noqa: FBT002 - typer options are positional
) -> None:
    """Load a place's address points, from a file or from the service. The same file again changes nothing."""
    with screen.failing_clearly(), _connection() as conn:
        report = load_openaddresses(
            conn, place, settings=get_settings(), clock=SystemClock(), file=file, accept_drop=accept_drop
        )
        show(screen.make_console(), report)


@app.command("status")
def status() -> None:
    """Show the last loads: how they ended, and what they changed."""
    with screen.failing_clearly(), _connection() as conn:
        with db.transaction(conn):
            loads = conn.execute(_LOADS, (_SHOWN_LOADS,)).fetchall()
        console, table = screen.make_console(), Table(box=None, pad_edge=False)
        for name in ("source", "pull", "ended", "started", "rows", "added", "changed", "removed", "rejected"):
            table.add_column(name)
        for load in loads:
            started, message = f"{load.pop('started_at'):%Y-%m-%d %H:%M}", load.pop("message")
            values = [str(value) for value in load.values()]
            table.add_row(*values[:3], started, *values[3:])
            if message:
                table.add_row("", f"[red]{escape(message)}[/]")
        console.print(table)


def show(console: Console, report: LoadReport) -> None:
    """Print what a load did, why it left rows out, and how fast it was."""
    console.print(f"{report.source}: {report.mode} pull{', taken up again' if report.resumed else ''}")
    for name in ("rows", "added", "changed", "removed", "unchanged", "rejected"):
        console.print(f"{name:38}{getattr(report, name):>10,}")
    for reason, rows in sorted(report.rejections.items(), key=lambda item: -item[1]):
        console.print(f"  {escape(reason):36}{rows:>10,}", soft_wrap=True)
    for warning in report.warnings:
        console.print(f"[yellow]{escape(warning)}[/]")
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report.stages.items())
    console.print(f"{report.rows_per_second:,.0f} rows/s ({stages})")


def _connection() -> Connection:
    return db.connect(get_settings().required("db_pipeline_url"), application_name="reos-load")
