"""`reos exec`: any program with the stack's settings, so that `airflow` or a script finds this stack and no other."""

import os
import sys
from pathlib import Path

import typer

from reos.core.errors import NotFoundError
from reos_local.commands import screen
from reos_local.stack import operator

# Everything behind the program's name belongs to the program, options included.
CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def run(context: typer.Context) -> None:
    """Run a program with the stack's settings, for example: reos exec airflow dags list."""
    with screen.failing_clearly():
        told = operator.settings_of(screen.current_layout())
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        replace_process(context.args, {**os.environ, **told, "PATH": path})


def replace_process(command: list[str], variables: dict[str, str]) -> None:
    """Become `command`; `NotFoundError` when nothing is named or there is no such program."""
    if not command:
        raise NotFoundError("No program was named.", remedy="For example: reos exec airflow dags list")
    try:
        os.execvpe(command[0], command, variables)  # noqa: S606 - the operator's own command, no shell between
    except FileNotFoundError:
        raise NotFoundError(f"There is no program {command[0]!r}.", remedy="Check its name.") from None
