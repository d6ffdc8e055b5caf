"""`reos demo`: from nothing to scored properties with their memos, and a page that says what happened."""

from pathlib import Path
from typing import Annotated

import typer

from reos_local.commands import screen
from reos_local.commands.up import bring_up
from reos_local.demo import leads, summary
from reos_local.demo.run import Demo, Request, run
from reos_local.stack.layout import Layout
from reos_local.stack.operator import ports_of
from reos_local.stack.secrets import load

DEFAULT_ROWS = 600
SECOND_ROWS = 60


def demo(
    rows: Annotated[int | None, typer.Option(min=1, help="Rows for the first tenant; all of --file, else 600.")] = None,
    file: Annotated[Path | None, typer.Option(help="A file of your own instead of the sandbox's export.")] = None,
    profile: Annotated[str, typer.Option(help="How to read --file.")] = leads.COUNTY_PROFILE,
    second_rows: Annotated[int, typer.Option(min=1, help="Rows for the second tenant.")] = SECOND_ROWS,
) -> None:
    """Start the stack, import leads for two tenants, let Airflow do the rest, and print what came of it."""
    layout = screen.current_layout()
    console = screen.make_console()
    with screen.failing_clearly():
        bring_up(layout, console)
        wanted = rows if rows or file else DEFAULT_ROWS
        try:
            result = run(connected(layout), Request(wanted, second_rows, file, profile), console)
        except KeyboardInterrupt:
            console.print("\nNot waiting any longer. The stack keeps running and working; stop it with: reos down")
            raise typer.Exit(130) from None
        summary.show(console, result)


def connected(layout: Layout) -> Demo:
    """Return the running stack with the ports on which it was started, whatever the environment says now."""
    return Demo(layout, ports_of(layout), load(layout.secrets))
