"""What `reos import` prints: progress, reports of an import, of a dry run and of an undo, and the list of imports."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from reos.pipeline.import_leads import (
    Batch,
    ImportReport,
    Preview,
    Rejection,
    SourceCost,
    Status,
    Undone,
)
from reos.pipeline.import_leads import Progress as Tell
from reos.pipeline.profiles.proposals import Proposal
from reos_local.commands import screen

_SHOWN_ROWS = 20
_MICRO = 1_000_000
_STAGES = {
    "check": "check the file",
    "read": "read and normalise",
    "duplicates": "find duplicates",
    "match": "find or create",
    "store": "store records",
    "tell": "publish events",
    "publish": "publish",
    "compare": "compare newcomers",
    "clear": "clear staging",
    "undo": "take back",
}
_MARKS = {
    Status.DONE: "[green]done[/]",
    Status.STAGED: "[cyan]dry run[/]",
    Status.STAGING: "[yellow]broken off[/]",
    Status.PUBLISHING: "[yellow]half published[/]",
    Status.UNDOING: "[yellow]half undone[/]",
    Status.UNDONE: "[dim]undone[/]",
    Status.DISCARDED: "[dim]discarded[/]",
}


@contextmanager
def progress() -> Iterator[Tell]:
    """Show a bar a stage with its rows a second on a terminal, and nothing elsewhere."""
    console = screen.make_console(stderr=True)
    columns = (
        *(TextColumn("{task.description:20}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()),
        TextColumn("{task.fields[speed]}", style="dim"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_STAGES.get(stage, stage), total=total, speed="")
            rate = bars.tasks[tasks[stage]].speed
            bars.update(tasks[stage], completed=done, total=total, speed=f"{rate:,.0f} rows/s" if rate else "")

        yield tell


def show_proposal(console: Console, proposal: Proposal) -> None:
    """Print which column is read as what and why, which ones are left out and why, and what is to be settled."""
    table = Table("we call it", "column", "because of", "as in", box=None, pad_edge=False)
    for line in proposal.mapped:
        table.add_row(line.to, escape(" + ".join(line.columns)), escape(line.why), escape(line.sample))
    for each in proposal.left_out:
        table.add_row("[yellow]left out[/]", escape(each.column), escape(each.why), "")
    console.print(table, soft_wrap=True)
    for remark in proposal.remarks:
        console.print(escape(remark), soft_wrap=True)


def show_report(console: Console, report: ImportReport, tenant: str) -> None:
    """Print what the import did, the rows that it refused, how fast each stage was, and how to take it back."""
    if report.repeated:
        console.print("This very file was imported before with this profile. Nothing is added.")
    if report.changed_after_line is not None:
        console.print(
            f"The file has changed since an import of it broke off at line {report.changed_after_line:,}; "
            "it was read from its start."
        )
    _show_figures(
        console,
        [
            ("rows", report.rows),
            ("properties new", report.properties_created),
            ("properties known", report.properties_known),
            ("newcomers merged", report.merged),
            ("newcomers to be looked at", report.reviews),
            ("sales", report.sales),
            ("records added", report.records_added),
            ("records changed", report.records_changed),
            ("events published", report.events),
            ("rows refused", report.rejected_count),
        ],
    )
    _show_refused(console, report.rejected, report.rejected_count, str(report.batch_id))
    if report.unknown_columns:
        console.print(f"Columns that the profile does not know: {escape(', '.join(report.unknown_columns))}")
    console.print(_speeds(report))
    _show_next(console, [("take it back", f"--undo {report.batch_id}")], tenant)


def show_preview(console: Console, preview: Preview, tenant: str) -> None:
    """Print what publishing the staged file would do and cost at most, and how to go on."""
    console.print(f"[bold]{escape(preview.batch.file_name)} would bring (nothing is written yet)[/]")
    _show_figures(
        console,
        [
            ("rows", preview.rows),
            ("properties new", preview.new),
            ("properties known", preview.known),
            ("rows that change a record", preview.changing),
            ("rows refused: duplicate", preview.duplicate),
            ("rows refused: conflicting", preview.conflicting),
            ("rows refused: shared address", preview.shared),
            ("rows refused: invalid", preview.invalid),
        ],
    )
    _show_refused(console, preview.rejected, preview.batch.rejected, str(preview.batch.batch_id))
    console.print(_costs(preview.costs, preview.cost_microusd))
    batch_id = preview.batch.batch_id
    _show_next(console, [("publish it", f"--commit {batch_id}"), ("throw it away", f"--discard {batch_id}")], tenant)


def show_known(console: Console, batch: Batch, tenant: str) -> None:
    """Print that a file of which a dry run was asked for is published already."""
    console.print(f"This very file is imported already ({_MARKS[batch.status]}). A dry run would add nothing.")
    _show_next(console, [("take it back", f"--undo {batch.batch_id}")], tenant)


def show_undone(console: Console, undone: Undone) -> None:
    """Print what was taken back, and what was kept and why."""
    console.print(f"[bold]{escape(undone.batch.file_name)} is taken back[/]")
    _show_figures(
        console,
        [
            ("properties removed", undone.properties_removed),
            ("records removed", undone.records_removed),
            ("records put back", undone.records_restored),
            ("properties with fields emptied", undone.fields_reverted),
            ("events published", undone.events),
            ("kept", undone.kept_count),
        ],
    )
    for kept in undone.kept[:_SHOWN_ROWS]:
        console.print(f"  [yellow]{kept.property_id}[/] {escape(kept.what)}: {escape(kept.reason)}", soft_wrap=True)
    if undone.kept_count > _SHOWN_ROWS:
        console.print(f"  and {undone.kept_count - _SHOWN_ROWS:,} more, all in app.import_change")


def show_list(console: Console, batches: Sequence[Batch], tenant: str) -> None:
    """Print the imports of a tenant, newest first."""
    if not batches:
        console.print(f"No file was imported for {escape(tenant)} yet.")
        return
    table = Table("batch", "state", "started", "file", box=None, pad_edge=False)
    for name in ("rows", "new", "known", "refused"):
        table.add_column(name, justify="right")
    for batch in batches:
        counts = (batch.rows, batch.created, batch.known, batch.rejected)
        table.add_row(
            str(batch.batch_id),
            _MARKS[batch.status],
            f"{batch.started_at:%Y-%m-%d %H:%M}",
            escape(batch.file_name),
            *(f"{count:,}" for count in counts),
        )
    console.print(table, soft_wrap=True)


def _show_figures(console: Console, figures: Iterable[tuple[str, int]]) -> None:
    for text, value in figures:
        console.print(f"{text:38}{value:>10,}")


def _show_refused(console: Console, rejected: Sequence[Rejection], count: int, batch: str) -> None:
    for row in rejected[:_SHOWN_ROWS]:
        console.print(f"  [red]line {row.line}[/] {escape(row.reason)}", soft_wrap=True)
    more = count - min(len(rejected), _SHOWN_ROWS)
    if more:
        console.print(f"  and {more:,} more, all in app.import_rejection (batch {batch})")


def _show_next(console: Console, commands: Iterable[tuple[str, str]], tenant: str) -> None:
    for purpose, options in commands:
        console.print(f"[dim]{purpose}:[/] reos import {options} --tenant {escape(tenant)}", soft_wrap=True)


def _speeds(report: ImportReport) -> Table:
    table = Table("stage", box=None, pad_edge=False)
    table.add_column("seconds", justify="right")
    table.add_column("rows/s", justify="right")
    for stage, seconds in [*report.stages.items(), ("all", report.seconds)]:
        speed = f"{report.rows / seconds:,.0f}" if seconds else ""
        table.add_row(_STAGES.get(stage, stage), f"{seconds:.2f}", speed)
    return table


def _costs(costs: Iterable[SourceCost], total: int) -> Table:
    table = Table("enrichment", box=None, pad_edge=False)
    for name in ("properties", "USD each", "USD at most"):
        table.add_column(name, justify="right")
    table.add_column("")
    for line in costs:
        unit, cost = line.unit_microusd / _MICRO, line.cost_microusd / _MICRO
        table.add_row(line.provider, f"{line.properties:,}", f"{unit:,.4f}", f"{cost:,.2f}", line.note)
    table.add_row("all", "", "", f"{total / _MICRO:,.2f}", "")
    return table
