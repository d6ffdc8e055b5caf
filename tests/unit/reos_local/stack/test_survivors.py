import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reos_local.stack import records, survivors
from reos_local.stack.layout import Layout

SLEEP = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
)
Spawn = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "s")
    made.create()
    return made


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    started: list[subprocess.Popen[bytes]] = []

    def start(command: tuple[str, ...] = SLEEP, **environment: str) -> "subprocess.Popen[bytes]":
        told = {**os.environ, **environment}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=told)  # noqa: S603 - the constants above
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def record(layout: Layout, name: str, pid: int, shift: float = 0.0) -> None:
    seen = records.observe(pid)
    assert seen is not None
    records.write_processes(layout.processes, {name: records.Pid(pid, seen.created + shift)})


def test_a_recorded_process_is_found_and_ended(layout: Layout, spawn: Spawn) -> None:
    process = spawn()
    record(layout, "api", process.pid)
    assert survivors.survivors(layout)[process.pid][0] == "api"
    assert survivors.stop(layout) == ["api"]
    assert process.wait(5) == -15


def test_one_that_ignores_sigterm_is_killed(layout: Layout, spawn: Spawn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survivors, "_PATIENCE_SECONDS", 0.3)
    process = spawn(STUBBORN)
    record(layout, "api", process.pid)
    survivors.stop(layout)
    assert process.wait(5) == -9


def test_a_reused_pid_is_never_touched(layout: Layout, spawn: Spawn) -> None:
    process = spawn()
    record(layout, "api", process.pid, shift=-10.0)
    assert survivors.stop(layout) == []
    assert process.poll() is None


def test_an_unrecorded_process_is_known_by_the_mark_of_its_supervisor(layout: Layout, spawn: Spawn) -> None:
    url = f"unix://{layout.supervisor_socket}"
    process = spawn(SUPERVISOR_SERVER_URL=url, SUPERVISOR_PROCESS_NAME="sandbox")
    assert survivors.stop(layout) == ["sandbox"]
    assert process.wait(5) == -15


def test_another_stacks_processes_are_left_alone(layout: Layout, spawn: Spawn) -> None:
    process = spawn(SUPERVISOR_SERVER_URL="unix:///elsewhere.sock", SUPERVISOR_PROCESS_NAME="sandbox")
    assert survivors.stop(layout) == []
    assert process.poll() is None


def test_an_empty_group_is_no_error() -> None:
    survivors.end_group(4_190_000)
