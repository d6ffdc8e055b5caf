import io
import os
from pathlib import Path

import pytest

from reos_local.stack import listener, records, survivors
from reos_local.stack.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "s")
    made.create()
    return made


def event(name: str, payload: str) -> str:
    return f"ver:3.0 server:reos serial:1 pool:watch poolserial:1 eventname:{name} len:{len(payload)}\n{payload}"


def test_a_running_process_is_recorded_with_its_creation_time(layout: Layout) -> None:
    text = event("PROCESS_STATE_RUNNING", f"processname:api groupname:api from_state:STARTING pid:{os.getpid()}")
    answer = io.StringIO()
    listener.listen(layout, io.StringIO(text), answer)
    assert answer.getvalue() == "READY\nRESULT 2\nOKREADY\n"
    assert records.read_processes(layout.processes) == {"api": records.observe(os.getpid())}


def test_a_dead_process_is_forgotten_and_its_group_is_cleared(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    cleared: list[int] = []
    monkeypatch.setattr(survivors, "end_group", cleared.append)
    records.write_processes(layout.processes, {"api": records.Pid(7, 1.0), "valkey": records.Pid(8, 1.0)})
    payload = "processname:api groupname:api from_state:RUNNING expected:0 pid:7"
    listener.listen(layout, io.StringIO(event("PROCESS_STATE_EXITED", payload)), io.StringIO())
    assert list(records.read_processes(layout.processes)) == ["valkey"]
    assert cleared == [7]


def test_a_stopped_process_is_forgotten(layout: Layout) -> None:
    records.write_processes(layout.processes, {"api": records.Pid(7, 1.0)})
    payload = "processname:api groupname:api from_state:STOPPING pid:7"
    listener.listen(layout, io.StringIO(event("PROCESS_STATE_STOPPED", payload)), io.StringIO())
    assert records.read_processes(layout.processes) == {}


def test_the_guard_leaves_a_note_for_status(layout: Layout) -> None:
    listener.guard(layout)
    assert '"stopped": []' in layout.guard_note.read_text()
