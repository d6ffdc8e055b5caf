import os
from pathlib import Path

import pytest

from reos_local.stack import records
from reos_local.stack.layout import Layout
from reos_local.stack.records import Pid, StackRecord
from reos_local.stack.status import Condition, snapshot


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "s")
    made.create()
    return made


def test_nothing_started_is_stopped(layout: Layout) -> None:
    assert snapshot(layout).condition is Condition.STOPPED


def test_a_killed_supervisor_is_said_to_be_gone(layout: Layout) -> None:
    records.write_stack(layout.record, StackRecord(Pid(4_190_001, 1.0), {"api": 8000}, "2026-01-01"))
    status = snapshot(layout)
    assert status.condition is Condition.SUPERVISOR_LOST
    assert "The supervisor (pid 4190001) is gone" in status.notes[0]
    assert "None of its processes is left" in status.notes[-1]


def test_what_its_watchdog_ended_is_told(layout: Layout) -> None:
    records.write_stack(layout.record, StackRecord(Pid(4_190_001, 1.0), {}, "2026-01-01"))
    layout.guard_note.write_text('{"at": "noon", "stopped": ["api", "valkey"]}')
    assert "Its watchdog ended api, valkey at noon." in snapshot(layout).notes


def test_processes_that_were_left_are_listed(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    records.write_stack(layout.record, StackRecord(Pid(4_190_001, 1.0), {}, "2026-01-01"))
    me = records.observe(os.getpid())
    assert me is not None
    records.write_processes(layout.processes, {"api": me})
    monkeypatch.setattr(os, "getpid", lambda: 1)  # ours is left out otherwise
    status = snapshot(layout)
    assert [(row.name, row.state, row.pid) for row in status.rows] == [("api", "ORPHANED", me.pid)]
    assert "`reos down` ends them" in status.notes[-1]
