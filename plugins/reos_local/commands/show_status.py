"""A stack's status as a table, for `reos status` and at the end of `reos up`."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reos_local.stack.ports import HOST
from reos_local.stack.status import Condition, Row, StackStatus

_COLOURS = {"RUNNING": "green", "STARTING": "cyan", "STOPPED": "yellow", "ORPHANED": "red", "FATAL": "red"}
_PORT_OF = {"airflow-api-server": "airflow"}
_PATHS = {"api": "/docs", "sandbox": "/_health"}
_PLAIN_TCP = {"postgres", "valkey"}
_MINUTE, _HOUR = 60, 3600


def show(console: Console, status: StackStatus) -> None:
    """Print one line a process, then what has happened to it, then the notes."""
    if status.rows:
        console.print(_table(status))
    for row in status.rows:
        for incident in row.incidents:
            console.print(f"[yellow]![/] {row.name} {escape(str(incident))}")
    for note in status.notes:
        console.print(f"[yellow]![/] {escape(note)}")
    if status.condition is Condition.STOPPED:
        console.print("The stack is stopped. Start it: reos up")


def _table(status: StackStatus) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("process", "state", "pid", "up", "address"):
        table.add_column(title, justify="right" if title in {"pid", "up"} else "left", no_wrap=True)
    for row in status.rows:
        colour = _COLOURS.get(row.state, "red")
        table.add_row(
            row.name,
            f"[{colour}]{row.state.lower()}[/]",
            str(row.pid or "-"),
            duration(row.since) if row.since is not None else "-",
            _address(row, status.ports or {}),
        )
    return table


def _address(row: Row, ports: dict[str, int]) -> str:
    port = ports.get(_PORT_OF.get(row.name, row.name))
    if port is None:
        return ""
    if row.name in _PLAIN_TCP:
        return f"{HOST}:{port}"
    return f"http://{HOST}:{port}{_PATHS.get(row.name, '')}"


def duration(seconds: float) -> str:
    """Render seconds as `42s`, `12m` or `3h 05m`."""
    if seconds < _MINUTE:
        return f"{seconds:.0f}s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f}m"
    return f"{seconds // _HOUR:.0f}h {seconds % _HOUR // _MINUTE:02.0f}m"
