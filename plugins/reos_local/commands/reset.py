"""`reos reset`: stop the stack and remove all it has stored."""

import shutil
from typing import Annotated

import typer

from reos.core.errors import ConflictError
from reos_local.commands import screen
from reos_local.stack import lifecycle
from reos_local.stack.layout import Layout
from reos_local.stack.lock import exclusive


def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,  # noqa: FBT002
) -> None:
    """Stop the stack and delete its state: database, memos, logs, passwords. There is no way back."""
    layout = screen.current_layout()
    console = screen.make_console()
    with screen.failing_clearly():
        if not layout.state.exists():
            console.print(f"There is nothing at {layout.state}.")
            return
        refuse_foreign(layout)
        if not yes and not typer.confirm(f"Delete everything in {layout.state}, database and memos included?"):
            raise typer.Abort
        with exclusive(layout):
            lifecycle.stop(layout)
            remove(layout)
        console.print(f"Removed {layout.state}.")


def refuse_foreign(layout: Layout) -> None:
    """Raise `ConflictError` unless `reos up` made this folder: a mistyped variable must not delete somebody's files."""
    if not layout.marker.exists():
        raise ConflictError(
            f"{layout.state} was not made by reos: it has no file {layout.marker.name}.",
            remedy="Check REOS_STATE_DIR; remove the folder by hand if it is really meant.",
        )


def remove(layout: Layout) -> None:
    """Remove the state directory and the stack's short folder outside it."""
    if layout.short.exists() and not layout.short.is_symlink():
        shutil.rmtree(layout.short)
    shutil.rmtree(layout.state)
