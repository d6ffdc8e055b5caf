"""What the commands print through: one console, one way to show an error, one progress display.

On a terminal the steps form a table that redraws itself; elsewhere each change is one plain line without control
characters.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock

import typer
from rich.console import Console, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from reos.core.errors import ReosError
from reos.core.settings import get_settings
from reos_local.stack.layout import Layout, layout_of
from reos_local.stack.report import Report

WIDTH = 100
_MARKS = {"begun": "[cyan]…[/]", "done": "[green]ok[/]", "failed": "[red]failed[/]"}


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that is as wide as the terminal, and 100 columns wide without colour where there is none."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else WIDTH, highlight=False)


def current_layout() -> Layout:
    """Return the layout of the stack that the environment names (`REOS_STATE_DIR`)."""
    return layout_of(get_settings().state_dir)


@contextmanager
def failing_clearly() -> Iterator[None]:
    """Turn our own errors, and a disk that is full, into one clear message and exit status 1."""
    try:
        yield
    except ReosError as error:
        show_error(error.detail, error.remedy)
        raise typer.Exit(1) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        show_error(
            f"{os.strerror(error.errno) if error.errno else error}{where}", "Check space and permissions: reos doctor"
        )
        raise typer.Exit(1) from error


def show_error(detail: str, remedy: str | None) -> None:
    """Print what is wrong and what to do about it, to standard error."""
    console = make_console(stderr=True)
    console.print(f"[red]Error:[/] {escape(detail)}", soft_wrap=True)
    if remedy:
        console.print(f"[bold]What to do:[/] {escape(remedy)}", soft_wrap=True)


@dataclass
class _Step:
    state: str
    began: float
    seconds: float = 0.0
    note: str = ""


class TableReport:
    """Progress as a table that redraws itself."""

    def __init__(self) -> None:
        self._steps: dict[str, _Step] = {}
        self._lock = RLock()

    def begin(self, step: str) -> None:
        """Add the step as running."""
        with self._lock:
            self._steps[step] = _Step("begun", time.monotonic())

    def end(self, step: str, note: str = "") -> None:
        """Mark the step as done."""
        self._finish(step, "done", note)

    def fail(self, step: str) -> None:
        """Mark the step as failed."""
        self._finish(step, "failed", "")

    def _finish(self, name: str, state: str, note: str) -> None:
        with self._lock:
            step = self._steps[name]
            self._steps[name] = _Step(state, step.began, time.monotonic() - step.began, note)

    def __rich__(self) -> RenderableType:
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(min_width=22)
        table.add_column(min_width=7)
        table.add_column(justify="right", min_width=7)
        table.add_column(style="dim")
        with self._lock:
            for name, step in self._steps.items():
                seconds = step.seconds if step.state != "begun" else time.monotonic() - step.began
                table.add_row(name, _MARKS[step.state], f"{seconds:.1f} s", escape(step.note))
        return table


class LineReport:
    """Progress as one plain line a finished step."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began: dict[str, float] = {}

    def begin(self, step: str) -> None:
        """Remember when the step began."""
        self._began[step] = time.monotonic()

    def end(self, step: str, note: str = "") -> None:
        """Print the step as done."""
        self._print(step, "ok", note)

    def fail(self, step: str) -> None:
        """Print the step as failed."""
        self._print(step, "failed", "")

    def _print(self, step: str, state: str, note: str) -> None:
        seconds = time.monotonic() - self._began[step]
        self._console.print(f"{step:22} {state:7} {seconds:6.1f} s  {escape(note)}".rstrip())


@contextmanager
def progress(console: Console) -> Iterator[Report]:
    """Show the steps reported in the block."""
    if not console.is_terminal:
        yield LineReport(console)
        return
    table = TableReport()
    with Live(table, console=console, refresh_per_second=8):
        yield table
