"""What happens when something is killed, on a supervisor of two trivial processes: seconds instead of minutes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reos_local.stack import environment, journal, lifecycle, records, survivors
from reos_local.stack.layout import Layout, layout_of
from reos_local.stack.ports import Ports
from reos_local.stack.programs import Program
from reos_local.stack.status import Condition, snapshot
from reos_local.stack.supervisord import Supervisor

pytestmark = pytest.mark.e2e

# a child in the same group, as Airflow's scheduler has its executor's processes
PARENT = "import subprocess, time; subprocess.Popen(['sleep', '300']); time.sleep(300)"
NAMES = ("postgres", "api")


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    made = layout_of(tmp_path / "state")
    made.create()
    programs = [
        Program(name=name, title=name, command=(sys.executable, "-c", PARENT), ready=lambda: True, directory=tmp_path)
        for name in NAMES
    ]
    supervisor = lifecycle.launch(made, Ports(), programs)
    for name in NAMES:
        supervisor.start(name)
    wait_until(lambda: set(records.read_processes(made.processes)) >= set(NAMES))
    wait_until(lambda: len(survivors.survivors(made)) >= 5)  # two parents, two children, the listener
    yield made
    lifecycle.stop(made)
    shutil.rmtree(made.short, ignore_errors=True)


def pid_of(layout: Layout, name: str) -> int:
    return records.read_processes(layout.processes)[name].pid


def test_a_killed_process_is_named_replaced_and_leaves_no_children(layout: Layout) -> None:
    victim = pid_of(layout, "api")
    children = [p for _, p in survivors.survivors(layout).values() if p.ppid() == victim]
    assert len(children) == 1
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: any(i.restarted_pid for i in journal.incidents(layout.supervisor_log)))
    (incident,) = journal.incidents(layout.supervisor_log)
    assert (incident.name, incident.cause, incident.pid) == ("api", "SIGKILL", victim)
    wait_until(lambda: survivors.wait_gone(children, 0.0) == [])
    wait_until(lambda: snapshot(layout).condition is Condition.RUNNING)
    wait_until(lambda: "api" in records.read_processes(layout.processes))
    assert pid_of(layout, "api") == incident.restarted_pid


def test_processes_of_a_killed_supervisor_do_not_stay_for_ever(layout: Layout) -> None:
    supervisor = Supervisor(layout).pid()
    processes = [process for _, process in survivors.survivors(layout).values()]
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: snapshot(layout).condition is Condition.SUPERVISOR_LOST)
    assert f"The supervisor (pid {supervisor}) is gone" in snapshot(layout).notes[0]
    assert survivors.wait_gone(processes, 20.0) == []
    wait_until(layout.guard_note.exists)
    assert "Its watchdog ended api, postgres at " in " ".join(snapshot(layout).notes)


def test_down_ends_what_supervisor_and_watchdog_left(layout: Layout) -> None:
    # a watchdog that does nothing: stopped now, and ended by the kernel when its group is orphaned
    os.kill(pid_of(layout, "watch"), signal.SIGSTOP)
    os.kill(Supervisor(layout).pid(), signal.SIGKILL)
    wait_until(lambda: snapshot(layout).condition is Condition.SUPERVISOR_LOST)
    status = snapshot(layout)
    assert [(row.name, row.state) for row in status.rows] == [("postgres", "ORPHANED"), ("api", "ORPHANED")]
    assert "ended by recorded pid: api, postgres." in _down(layout)
    assert survivors.survivors(layout) == {}
    assert snapshot(layout).condition is Condition.STOPPED


def test_down_works_though_somebody_deleted_the_state_directory(layout: Layout) -> None:
    processes = [process for _, process in survivors.survivors(layout).values()]
    shutil.rmtree(layout.state)
    status = snapshot(layout)
    assert status.condition is Condition.SUPERVISOR_LOST
    assert "its files in the state directory are gone" in status.notes[0]
    assert "api, postgres, supervisord" in _down(layout)
    assert survivors.wait_gone(processes, 0.0) == []
    assert not layout.state.exists()


def _down(layout: Layout) -> str:
    command = [str(Path(sys.executable).with_name("reos")), "down"]
    told = {**environment.shared(layout), "COLUMNS": "100"}
    return subprocess.run(command, env=told, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own command
