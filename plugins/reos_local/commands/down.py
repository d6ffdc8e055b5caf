"""`reos down`: stop everything, also what a killed supervisor left behind."""

from contextlib import nullcontext

from reos_local.commands import screen
from reos_local.stack import lifecycle
from reos_local.stack.lock import exclusive
from reos_local.stack.status import Condition, snapshot


def down() -> None:
    """Stop the stack; its data stays. Harmless when nothing runs."""
    layout = screen.current_layout()
    console = screen.make_console()
    with screen.failing_clearly():
        if snapshot(layout).condition is Condition.STOPPED:
            console.print("The stack is not running.")
            return
        # a state directory that somebody deleted under a running stack is not made again just to lock it
        lock = exclusive(layout) if layout.state.exists() else nullcontext()
        with lock, console.status("Stopping …"):
            left = lifecycle.stop(layout)
        if left:
            console.print(f"The supervisor did not answer; ended by recorded pid: {', '.join(left)}.")
        console.print("Everything is stopped.")
