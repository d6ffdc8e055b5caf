"""Which processes are ours: pids with their creation times, so that a number the system has reused is never touched.

Written by `reos up` (the supervisor) and by the event listener (its children); read by `status` and `down` when the
supervisor itself is gone.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

_SAME_INSTANT_SECONDS = 0.05


@dataclass(frozen=True)
class Pid:
    """One process as it was when recorded; `created` is its creation time in seconds since the epoch."""

    pid: int
    created: float

    def alive(self) -> psutil.Process | None:
        """Return the process if it still runs and is the same one, not a successor with its number."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < _SAME_INSTANT_SECONDS
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


@dataclass(frozen=True)
class StackRecord:
    """What `reos up` started: the supervisor and the ports, which another terminal must not have to know."""

    supervisor: Pid
    ports: dict[str, int]
    started_at: str


def observe(pid: int) -> Pid | None:
    """Return the record of a process that runs now."""
    try:
        return Pid(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def write_stack(path: Path, record: StackRecord) -> None:
    """Store what was started."""
    _replace(path, asdict(record))


def read_stack(path: Path) -> StackRecord | None:
    """Return what was started, or None when nothing was (or the file is damaged)."""
    content = _read(path)
    try:
        supervisor = Pid(int(content["supervisor"]["pid"]), float(content["supervisor"]["created"]))
        return StackRecord(supervisor, dict(content["ports"]), str(content["started_at"]))
    except (KeyError, TypeError, ValueError):
        return None


def write_processes(path: Path, processes: Mapping[str, Pid]) -> None:
    """Store the supervised processes by name."""
    _replace(path, {name: asdict(pid) for name, pid in processes.items()})


def read_processes(path: Path) -> dict[str, Pid]:
    """Return the supervised processes by name; none when the file is absent or damaged."""
    try:
        return {name: Pid(int(value["pid"]), float(value["created"])) for name, value in _read(path).items()}
    except (KeyError, TypeError, ValueError):
        return {}


def remove(paths: Iterable[Path]) -> None:
    """Forget what was recorded."""
    for path in paths:
        path.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _replace(path: Path, content: object) -> None:
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(content, indent=1))
    draft.replace(path)
