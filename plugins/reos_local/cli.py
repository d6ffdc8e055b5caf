"""The `reos` command: the single-machine stack from the terminal."""

import logging
import os
import sys

import typer

from reos_local.commands import demo, doctor, down, exec_, import_, load, logs, plan, policy, reset, screen, status, up
from reos_local.stack import operator

app = typer.Typer(
    name="reos",
    help="Real Estate OS on one machine: start it, look at it, feed it, stop it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold secrets
)


_NEED_THE_STACK = frozenset({"import", "load", "plan"})


@app.callback()
def prepare(context: typer.Context) -> None:
    """Real Estate OS on one machine: start it, look at it, feed it, stop it."""
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # its warnings about lost connections repeat our own message
    if context.invoked_subcommand in _NEED_THE_STACK and "REOS_DB_PIPELINE_URL" not in os.environ and not _asks_help():
        with screen.failing_clearly():
            operator.adopt(screen.current_layout())


def _asks_help() -> bool:
    return "--help" in sys.argv


for command in (up.up, down.down, status.status, logs.logs, doctor.doctor, demo.demo, reset.reset):
    app.command()(command)
app.command("import")(import_.import_file)
app.command("plan")(plan.plan)
app.add_typer(load.app, name="load")
app.add_typer(policy.app, name="policy")
app.command("exec", context_settings=exec_.CONTEXT)(exec_.run)
