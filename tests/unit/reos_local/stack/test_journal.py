from datetime import UTC, datetime
from pathlib import Path

from reos_local.stack.journal import incidents, parse

LOG = """\
2026-11-24 08:12:00,000 INFO supervisord started with pid 100
2026-11-24 08:12:01,000 INFO spawned: 'api' with pid 111
2026-11-24 08:12:02,000 INFO success: api entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)
"""
KILLED = "2026-11-24 08:13:00,250 WARN exited: api (terminated by SIGKILL; not expected)\n"
AGAIN = "2026-11-24 08:13:01,000 INFO spawned: 'api' with pid 222\n"


def told(text: str) -> list[str]:
    return [f"{incident.name} {incident}" for incident in parse(text.splitlines())]


def local(hour: int, minute: int, second: int) -> str:
    return datetime(2026, 11, 24, hour, minute, second).astimezone().strftime("%H:%M:%S")


def test_a_quiet_log_has_no_incidents() -> None:
    assert told(LOG) == []


def test_a_killed_process_is_named_with_its_signal_and_pid() -> None:
    assert told(LOG + KILLED) == [f"api died at {local(8, 13, 0)} after SIGKILL (pid 111)"]


def test_its_successor_is_named_too() -> None:
    expected = f"api restarted at {local(8, 13, 1)} after SIGKILL (pid 111), now pid 222"
    assert told(LOG + KILLED + AGAIN) == [expected]


def test_times_are_aware() -> None:
    (incident,) = parse((LOG + KILLED).splitlines())
    assert incident.at.tzinfo is UTC


def test_an_exit_with_a_status_is_an_incident() -> None:
    line = "2026-11-24 08:13:00,000 WARN exited: api (exit status 1; not expected)\n"
    assert told(LOG + line) == [f"api died at {local(8, 13, 0)} after exit status 1 (pid 111)"]


def test_a_process_that_was_stopped_on_purpose_is_none() -> None:
    assert told(LOG + "2026-11-24 08:13:00,000 INFO stopped: api (terminated by SIGTERM)\n") == []


def test_a_process_that_keeps_failing_is_given_up() -> None:
    line = "2026-11-24 08:14:00,000 INFO gave up: api entered FATAL state, too many start retries too quickly\n"
    assert told(LOG + KILLED + line)[-1] == f"api gave up at {local(8, 14, 0)}: it kept failing (SIGKILL)"


def test_a_new_start_of_the_supervisor_begins_a_new_page() -> None:
    assert told(LOG + KILLED + LOG) == []


def test_an_absent_log_has_no_incidents(tmp_path: Path) -> None:
    assert incidents(tmp_path / "none.log") == []
