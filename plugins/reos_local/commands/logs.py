"""`reos logs`: the end of one process's log, or of all, and what is added from now on."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from reos.core.errors import NotFoundError
from reos_local.commands import screen
from reos_local.stack.layout import Layout

_TAIL_BYTES = 200_000
_POLL_SECONDS = 0.3


@dataclass
class Tail:
    """A log file and how far it has been read."""

    path: Path
    position: int = 0

    def last(self, lines: int) -> list[str]:
        """Return the last lines and remember the end."""
        with self.path.open("rb") as source:
            size = source.seek(0, 2)
            source.seek(max(0, size - _TAIL_BYTES))
            text = source.read()
            self.position = source.tell()
        return text.decode(errors="replace").splitlines()[-lines:]

    def new(self) -> list[str]:
        """Return the lines added since; a file that has shrunk was rotated and is read from its start."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if size < self.position:
            self.position = 0
        if size == self.position:
            return []
        with self.path.open("rb") as source:
            source.seek(self.position)
            text = source.read()
            self.position = source.tell()
        return text.decode(errors="replace").splitlines()


def logs(
    name: Annotated[str | None, typer.Argument(help="A process as `reos status` names it; all when left out.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep printing what is added.")] = False,  # noqa: FBT002
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="Lines a process to begin with.")] = 40,
) -> None:
    """Show the end of the processes' logs."""
    with screen.failing_clearly():
        tails = [Tail(path) for path in chosen(screen.current_layout(), name)]
        width = max(len(tail.path.stem) for tail in tails) if len(tails) > 1 else 0
        for tail in tails:
            _print(tail, tail.last(lines), width)
        while follow:
            for tail in tails:
                _print(tail, tail.new(), width)
            _pause()


def chosen(layout: Layout, name: str | None) -> list[Path]:
    """Return the log files meant by `name`; `NotFoundError` lists the names that exist."""
    every = {**{path.stem: path for path in sorted(layout.logs.glob("*.log"))}}
    if layout.supervisor_log.exists():
        every["supervisord"] = layout.supervisor_log
    if name is None and every:
        return list(every.values())
    if name in every:
        return [every[name]]
    known = f"Known: {', '.join(every)}." if every else "Start the stack once: reos up"
    raise NotFoundError(f"There is no log of {name!r}." if name else "There are no logs yet.", remedy=known)


def _print(tail: Tail, lines: Iterable[str], width: int) -> None:
    prefix = f"{tail.path.stem:{width}} | " if width else ""
    for line in lines:
        typer.echo(prefix + line)


def _pause() -> None:
    try:
        time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
