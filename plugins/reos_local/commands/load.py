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
from reos.pipeline.load_ending import LoadReport
from reos.pipeline.load_market_acs import load_acs
from reos.pipeline.load_market_zillow import load_zillow
from reos.pipeline.load_reference_county import load_county
from reos.pipeline.load_reference_file import available, load_openaddresses
from reos_local.commands import screen

app = typer.Typer(
    help="Load reference data: address points, parcels of counties, market data of areas.", no_args_is_help=True
)

AcceptDrop = Annotated[bool, typer.Option(help="Load although the source has far fewer rows than before.")]

_SHOWN_LOADS = 20
_LOADS = """
select source, mode, status, started_at, rows, added, changed, removed, rejected, message from app.reference_load
 order by started_at desc, load_id desc limit %s
"""
_LOADED = """
select distinct on (source) source, started_at, progress ->> 'licence' as licence from app.reference_load
 where kind = 'openaddresses' and status = 'done' order by source, started_at desc
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
    listed: Annotated[bool, typer.Option("--list", help="Show what there is below PLACE; load nothing.")] = False,  # noqa: FBT002 - typer options are positional
    file: Annotated[Path | None, typer.Option(help="Read this file (GeoJSON lines or CSV, gzip or not).")] = None,
    accept_drop: AcceptDrop = False,  # noqa: FBT002 - typer options are positional
) -> None:
    """Load a place's address points, from a file or from the service. The same file again changes nothing."""
    with screen.failing_clearly(), _connection() as conn:
        if listed:
            _show_available(conn, place)
            return
        report = load_openaddresses(
            conn, place, settings=get_settings(), clock=SystemClock(), file=file, accept_drop=accept_drop
        )
        show(screen.make_console(), report)


@app.command("zillow")
def zillow(
    name: Annotated[str, typer.Argument(help="The research file, e.g. zhvi_zip.", show_default=False)],
    file: Annotated[Path | None, typer.Option(help="Read this file instead of downloading one.")] = None,
    accept_drop: AcceptDrop = False,  # noqa: FBT002 - typer options are positional
) -> None:
    """Load a research file of Zillow (home values or rents by month). One that has not changed is not read."""
    with screen.failing_clearly(), _connection() as conn:
        report = load_zillow(
            conn, name, settings=get_settings(), clock=SystemClock(), path=file, accept_drop=accept_drop
        )
        show(screen.make_console(), report)


@app.command("acs")
def acs(
    areas: Annotated[str, typer.Argument(help="zcta, county, county:53 or tract:53033.", show_default=False)],
    year: Annotated[int | None, typer.Option(help="The last of the five years; without it, the latest.")] = None,
    accept_drop: AcceptDrop = False,  # noqa: FBT002 - typer options are positional
) -> None:
    """Load facts of areas from the Census's survey. What describes people goes where only auditors can read it."""
    with screen.failing_clearly(), _connection() as conn:
        report = load_acs(conn, areas, settings=get_settings(), clock=SystemClock(), year=year, accept_drop=accept_drop)
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


def _show_available(conn: Connection, place: str) -> None:
    found = available(place, settings=get_settings(), clock=SystemClock())
    with db.transaction(conn):
        loaded = {row["source"]: row for row in conn.execute(_LOADED).fetchall()}
    console, table = screen.make_console(), Table(box=None, pad_edge=False)
    for name in ("place", "job", "updated", "size", "loaded", "licence"):
        table.add_column(name)
    for each in found:
        mine = loaded.get(f"openaddresses:{each.source}")
        day, licence = (f"{mine['started_at']:%Y-%m-%d}", mine["licence"] or "") if mine else ("", "")
        updated = f"{each.updated:%Y-%m-%d}" if each.updated else ""
        table.add_row(escape(each.source), str(each.job), updated, f"{each.size:,}", day, escape(licence))
    console.print(table)


def _connection() -> Connection:
    return db.connect(get_settings().required("db_pipeline_url"), application_name="reos-load")
