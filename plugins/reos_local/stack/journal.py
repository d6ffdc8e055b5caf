"""What happened to the stack's processes, read from supervisord's own log: who died, of what, and who replaced it.

The log is the only place where supervisord names the signal that ended a process, so it is parsed rather than its
events.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

_LINE = re.compile(r"^(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) [A-Z]{4} (?P<message>.*)$")
_STARTED = re.compile(r"^supervisord started with pid \d+")
_SPAWNED = re.compile(r"^spawned: '(?P<name>[^']+)' with pid (?P<pid>\d+)")
_EXITED = re.compile(r"^exited: (?P<name>\S+) \((?P<cause>[^;]+); not expected\)")
_GAVE_UP = re.compile(r"^gave up: (?P<name>\S+) entered FATAL state")


@dataclass(frozen=True)
class Incident:
    """A process that ended without being asked to; `restarted_pid` is None until it has been replaced."""

    name: str
    pid: int | None
    at: datetime
    cause: str
    restarted_pid: int | None = None
    restarted_at: datetime | None = None
    gave_up: bool = False

    def __str__(self) -> str:
        if self.gave_up:
            return f"gave up at {_clock(self.at)}: it kept failing ({self.cause})"
        died = f"after {self.cause} (pid {self.pid})"
        if self.restarted_at is None:
            return f"died at {_clock(self.at)} {died}"
        return f"restarted at {_clock(self.restarted_at)} {died}, now pid {self.restarted_pid}"


def incidents(log: Path) -> list[Incident]:
    """Return the incidents since supervisord last started, oldest first; an absent log has none."""
    if not log.exists():
        return []
    return parse(log.read_text(errors="replace").splitlines())


def parse(lines: Iterable[str]) -> list[Incident]:
    """Return the incidents in supervisord's log lines since its last start, oldest first."""
    found: list[Incident] = []
    pids: dict[str, int] = {}
    for at, message in _messages(lines):
        if _STARTED.match(message):
            found, pids = [], {}
        elif spawned := _SPAWNED.match(message):
            pids[spawned["name"]] = int(spawned["pid"])
            _mark_restarted(found, spawned["name"], int(spawned["pid"]), at)
        elif exited := _EXITED.match(message):
            found.append(Incident(exited["name"], pids.get(exited["name"]), at, _cause(exited["cause"])))
        elif gave_up := _GAVE_UP.match(message):
            last = next((i for i in reversed(found) if i.name == gave_up["name"]), None)
            found.append(Incident(gave_up["name"], None, at, last.cause if last else "it never started", gave_up=True))
    return found


def _messages(lines: Iterable[str]) -> Iterable[tuple[datetime, str]]:
    for line in lines:
        if match := _LINE.match(line):
            # supervisord writes local time without an offset
            yield datetime.strptime(match["at"], "%Y-%m-%d %H:%M:%S,%f").astimezone(UTC), match["message"]


def _mark_restarted(found: list[Incident], name: str, pid: int, at: datetime) -> None:
    for index in range(len(found) - 1, -1, -1):
        if found[index].name == name:
            if found[index].restarted_pid is None and not found[index].gave_up:
                found[index] = replace(found[index], restarted_pid=pid, restarted_at=at)
            return


def _cause(text: str) -> str:
    return text.removeprefix("terminated by ").strip()


def _clock(at: datetime) -> str:
    return at.astimezone().strftime("%H:%M:%S")
