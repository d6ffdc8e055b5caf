"""Processes of a stack whose supervisor is gone or unreachable, and how to end them.

A survivor is a recorded process that is still the same one, any of its descendants, any process that supervisord marked
in its environment with this stack's socket, and a supervisord that runs this stack's configuration though its socket
has been deleted. Data stores go last, so that nobody writes to a closed database.
"""

import os
import signal
import time
from collections.abc import Iterable

import psutil

from reos_local.stack.layout import Layout
from reos_local.stack.records import read_processes

DATA_STORES = ("valkey", "postgres")
SUPERVISOR = "supervisord"
_PATIENCE_SECONDS = 8
_POLL_SECONDS = 0.1
_MARK = "SUPERVISOR_SERVER_URL"


def survivors(layout: Layout) -> dict[int, tuple[str, psutil.Process]]:
    """Return by pid the name (of the supervised process it belongs to) and the process, ourselves excepted."""
    found: dict[int, tuple[str, psutil.Process]] = {}
    for name, record in read_processes(layout.processes).items():
        if process := record.alive():
            found.update((p.pid, (name, p)) for p in [process, *_children(process)])
    for name, process in _marked(f"unix://{layout.supervisor_socket}"):
        found.setdefault(process.pid, (name, process))
    for process in _supervisors(layout):
        found[process.pid] = (SUPERVISOR, process)
    found.pop(os.getpid(), None)
    return found


def stop(layout: Layout) -> list[str]:
    """End every survivor, politely first, data stores last; return their names, sorted."""
    found = survivors(layout)
    supervising = [process for name, process in found.values() if name == SUPERVISOR]
    working = [process for name, process in found.values() if name not in (SUPERVISOR, *DATA_STORES)]
    storing = [process for name, process in found.values() if name in DATA_STORES]
    _end(supervising, signal.SIGKILL)  # or it would replace what is ended next
    _end(working, signal.SIGTERM)
    # PostgreSQL reads SIGINT as "fast shutdown" and SIGTERM as "wait for every client to leave"
    _end(storing, signal.SIGINT)
    return sorted({name for name, _ in found.values()})


def end_group(pid: int) -> None:
    """Kill what a dead process left in its process group (supervisord makes every process the leader of its own)."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _end(processes: Iterable[psutil.Process], polite: signal.Signals) -> None:
    waiting = list(processes)
    for process in waiting:
        _signal(process, polite)
    for process in wait_gone(waiting, _PATIENCE_SECONDS):
        _signal(process, signal.SIGKILL)
    wait_gone(waiting, _PATIENCE_SECONDS)


def wait_gone(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until the processes have ended, at most `seconds`; return those that have not.

    A zombie has ended: in a container whose first process reaps nobody, an orphan stays one for ever.
    """
    deadline = time.monotonic() + seconds
    left = list(processes)
    while left := [process for process in left if not _gone(process)]:
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    return left


def _gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)  # psutil compares creation times first, so a reused pid is not signalled
    except psutil.Error:
        return


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _supervisors(layout: Layout) -> Iterable[psutil.Process]:
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if "supervisor.supervisord" in command and str(layout.supervisor_conf) in command:
            yield process


def _marked(server_url: str) -> Iterable[tuple[str, psutil.Process]]:
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except (psutil.Error, OSError):
            continue
        if environment.get(_MARK) == server_url:
            yield environment.get("SUPERVISOR_PROCESS_NAME", "?"), process
