import os
from pathlib import Path

import psutil

from reos_local.stack import records
from reos_local.stack.records import Pid, StackRecord


def test_the_stack_is_read_back_as_written(tmp_path: Path) -> None:
    record = StackRecord(Pid(5, 1.5), {"api": 8000}, "2026-01-01T00:00:00+00:00")
    records.write_stack(tmp_path / "stack.json", record)
    assert records.read_stack(tmp_path / "stack.json") == record


def test_processes_are_read_back_as_written(tmp_path: Path) -> None:
    processes = {"api": Pid(5, 1.5), "valkey": Pid(6, 2.5)}
    records.write_processes(tmp_path / "processes.json", processes)
    assert records.read_processes(tmp_path / "processes.json") == processes


def test_absent_or_damaged_files_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for text in (None, "", "{", "[]", '{"supervisor": 3}'):
        if text is not None:
            path.write_text(text)
        assert records.read_stack(path) is None
        assert records.read_processes(path) == {}


def test_a_running_process_is_recognised() -> None:
    mine = records.observe(os.getpid())
    assert mine is not None
    assert mine.alive() == psutil.Process()


def test_a_reused_number_is_another_process() -> None:
    mine = records.observe(os.getpid())
    assert mine is not None
    assert Pid(mine.pid, mine.created - 10).alive() is None


def test_a_process_that_is_gone_is_not_alive() -> None:
    gone = next(pid for pid in range(4_000_000, 4_100_000) if not psutil.pid_exists(pid))
    assert records.observe(gone) is None
    assert Pid(gone, 1.0).alive() is None
