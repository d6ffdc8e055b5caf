"""`reos up`: start what is not running and, in the foreground, stay to watch it."""

import signal
import time
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from reos_local.commands import screen, show_status
from reos_local.stack import journal, lifecycle, records
from reos_local.stack.layout import Layout
from reos_local.stack.lock import exclusive
from reos_local.stack.operator import ports_of
from reos_local.stack.ports import read_ports
from reos_local.stack.status import Condition, snapshot

_POLL_SECONDS = 0.5


class _StopAskedError(BaseException):
    """The terminal or the system wants this command to end; nothing but the command itself may catch it."""


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when everything is ready.")] = False,  # noqa: FBT002 - typer options are positional
) -> None:
    """Start the stack: PostgreSQL, Valkey, provider sandbox, Airflow, API. Without --detach, Ctrl-C stops it again."""
    layout = screen.current_layout()
    console = screen.make_console()
    with screen.failing_clearly():
        signal.signal(signal.SIGTERM, _ask_to_stop)
        signal.signal(signal.SIGHUP, _ask_to_stop)
        try:
            started = bring_up(layout, console)
            present = snapshot(layout)
            show_status.show(console, present)
            if detach or not started:
                return
            console.print("Ctrl-C stops everything.")
            _watch(layout, console, {str(incident) for row in present.rows for incident in row.incidents})
        except (KeyboardInterrupt, _StopAskedError):
            _leave(layout, console)


def bring_up(layout: Layout, console: Console) -> bool:
    """Start the stack unless it runs; return whether this call started it."""
    layout.create()
    with exclusive(layout):
        status = snapshot(layout)
        if status.condition is Condition.RUNNING:
            console.print("The stack is running already; nothing to do.")
            return False
        if status.condition is Condition.SUPERVISOR_LOST:
            console.print(" ".join(status.notes))
            console.print("Stopping what is left, and starting again.")
            lifecycle.stop(layout)
        with screen.progress(console) as report:
            if status.condition is Condition.DEGRADED:
                lifecycle.resume(layout, ports_of(layout), report)
            else:
                lifecycle.start(layout, read_ports(), report)
    return True


def _watch(layout: Layout, console: Console, told: set[str]) -> None:
    """Print at once what dies and what replaces it, until the stack is stopped or the supervisor is lost."""
    while True:
        for incident in journal.incidents(layout.supervisor_log):
            if str(incident) not in told:
                told.add(str(incident))
                console.print(f"[yellow]![/] {incident.name} {escape(str(incident))}")
        record = records.read_stack(layout.record)
        if record is None:
            console.print("The stack was stopped by another command.")
            return
        if record.supervisor.alive() is None:
            console.print(f"[red]The supervisor (pid {record.supervisor.pid}) was killed[/]: stopping its processes.")
            lifecycle.stop(layout)
            raise typer.Exit(1)
        time.sleep(_POLL_SECONDS)


def _leave(layout: Layout, console: Console) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # an impatient second Ctrl-C must not leave half of it running
    console.print("\nStopping …")
    with exclusive(layout):
        lifecycle.stop(layout)
    console.print("Everything is stopped.")


def _ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
    raise _StopAskedError
