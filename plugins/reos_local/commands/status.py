"""`reos status`: what runs, where it listens, and what has died since the start."""

import typer

from reos_local.commands import screen, show_status
from reos_local.stack.status import Condition, snapshot

# as `systemctl status` has it: 3 is "not running", 1 "dead though it should not be"
_EXIT = {Condition.RUNNING: 0, Condition.STOPPED: 3, Condition.DEGRADED: 1, Condition.SUPERVISOR_LOST: 1}


def status() -> None:
    """Show the stack's processes. Exit status: 0 all well, 3 stopped, 1 something is wrong."""
    with screen.failing_clearly():
        present = snapshot(screen.current_layout())
        show_status.show(screen.make_console(), present)
    raise typer.Exit(_EXIT[present.condition])
