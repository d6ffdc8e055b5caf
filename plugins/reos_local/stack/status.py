"""The present state of a stack, from supervisord, its log, and the recorded pids when supervisord is gone."""

import json
import time
from dataclasses import dataclass
from enum import StrEnum

import psutil

from reos.core.errors import UnavailableError
from reos_local.stack import journal, records, services, survivors
from reos_local.stack.layout import Layout
from reos_local.stack.supervisord import LISTENER, RUNNING, ProcessInfo, Supervisor


class Condition(StrEnum):
    """What can be said of a stack as a whole."""

    STOPPED = "stopped"
    RUNNING = "running"
    DEGRADED = "degraded"
    SUPERVISOR_LOST = "supervisor lost"


@dataclass(frozen=True)
class Row:
    """One process: `since` is seconds since its start, None when it does not run."""

    name: str
    state: str
    pid: int | None
    since: float | None
    incidents: tuple[journal.Incident, ...]


@dataclass(frozen=True)
class StackStatus:
    """A stack at one moment; `notes` are sentences for a human."""

    condition: Condition
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    ports: dict[str, int] | None = None


def snapshot(layout: Layout) -> StackStatus:
    """Return the state of the stack below `layout`."""
    record = records.read_stack(layout.record)
    try:
        processes = Supervisor(layout).processes()
    except UnavailableError:
        return _without_supervisor(layout, record)
    known = journal.incidents(layout.supervisor_log)
    supervised = sorted((info for info in processes if info.name != LISTENER), key=lambda info: _rank(info.name))
    rows = tuple(_row(info, known) for info in supervised)
    healthy = all(row.state == RUNNING for row in rows)
    condition = Condition.RUNNING if healthy else Condition.DEGRADED
    return StackStatus(condition, rows, ports=record.ports if record else None)


def _rank(name: str) -> tuple[int, str]:
    return (services.ORDER.index(name) if name in services.ORDER else len(services.ORDER), name)


def _row(info: ProcessInfo, known: list[journal.Incident]) -> Row:
    running = info.state == RUNNING
    return Row(
        name=info.name,
        state=info.state,
        pid=info.pid or None,
        since=max(0.0, time.time() - info.started_at) if running else None,
        incidents=tuple(incident for incident in known if incident.name == info.name),
    )


def _without_supervisor(layout: Layout, record: records.StackRecord | None) -> StackStatus:
    left = survivors.survivors(layout)
    if record is None and not left:
        return StackStatus(Condition.STOPPED)
    notes = [_what_happened(record, left)]
    if note := _guard_note(layout):
        notes.append(note)
    rows = tuple(Row(name, "ORPHANED", process.pid, None, ()) for name, process in _leaders(left))
    if rows:
        notes.append(f"{len(left)} of its processes still run. `reos down` ends them.")
    else:
        notes.append("None of its processes is left. `reos down` tidies up, `reos up` starts again.")
    return StackStatus(Condition.SUPERVISOR_LOST, rows, tuple(notes), record.ports if record else None)


def _what_happened(record: records.StackRecord | None, left: dict[int, tuple[str, psutil.Process]]) -> str:
    if any(name == survivors.SUPERVISOR for name, _ in left.values()):
        return "The supervisor runs, but its files in the state directory are gone."
    pid = record.supervisor.pid if record else "unknown"
    return f"The supervisor (pid {pid}) is gone; it was not stopped by `reos down`."


def _leaders(left: dict[int, tuple[str, psutil.Process]]) -> list[tuple[str, psutil.Process]]:
    """Return one process a name: the oldest, which the others descend from."""
    oldest: dict[str, psutil.Process] = {}
    for name, process in sorted(left.values(), key=lambda pair: pair[1].pid):
        oldest.setdefault(name, process)
    return sorted(((n, p) for n, p in oldest.items() if n != LISTENER), key=lambda pair: _rank(pair[0]))


def _guard_note(layout: Layout) -> str | None:
    try:
        note = json.loads(layout.guard_note.read_text())
    except (OSError, ValueError):
        return None
    return f"Its watchdog ended {', '.join(note['stopped']) or 'nothing'} at {note['at']}."
