import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from reos.core.errors import NotFoundError
from reos.core.settings import get_settings
from reos_local.cli import app
from reos_local.commands import logs, screen, show_status
from reos_local.stack.journal import Incident
from reos_local.stack.layout import Layout
from reos_local.stack.status import Condition, Row, StackStatus

run = CliRunner().invoke


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Layout]:
    monkeypatch.setenv("REOS_STATE_DIR", str(tmp_path / "s"))
    get_settings.cache_clear()
    yield Layout(tmp_path / "s")
    get_settings.cache_clear()


def test_status_of_nothing_is_stopped_and_exit_status_3(layout: Layout) -> None:
    result = run(app, ["status"])
    assert result.exit_code == 3
    assert "The stack is stopped. Start it: reos up" in result.output
    assert not layout.state.exists()


def test_down_is_harmless_when_nothing_runs(layout: Layout) -> None:
    assert layout.state.name == "s"
    result = run(app, ["down"])
    assert (result.exit_code, result.output.strip()) == (0, "The stack is not running.")


def test_reset_refuses_a_folder_that_reos_did_not_make(layout: Layout) -> None:
    layout.state.mkdir()
    (layout.state / "thesis.txt").touch()
    result = run(app, ["reset", "--yes"])
    assert result.exit_code == 1
    assert "was not made by reos" in result.output
    assert (layout.state / "thesis.txt").exists()


@pytest.mark.parametrize("command", ["import", "load"])
def test_help_needs_no_stack(layout: Layout, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr("sys.argv", ["reos", command, "--help"])
    shown = run(app, [command, "--help"])
    assert shown.exit_code == 0, shown.output
    assert "Usage" in shown.output
    assert not layout.state.exists()


def test_reset_asks_first(layout: Layout) -> None:
    layout.create()
    assert run(app, ["reset"], input="n\n").exit_code == 1
    assert layout.state.exists()
    assert run(app, ["reset"], input="y\n").exit_code == 0
    assert not layout.state.exists()


def test_an_error_says_what_to_do_and_exits_1(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REOS_PORT_API", "nonsense")
    result = run(app, ["up", "--detach"])
    assert result.exit_code == 1
    assert "Error: Not a port number: REOS_PORT_API=nonsense." in result.output
    assert "What to do: Use a number" in result.output
    assert "Traceback" not in result.output
    assert not layout.secrets.exists()


def test_a_full_disk_is_a_message_not_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exception, match="1"), screen.failing_clearly():
        raise OSError(28, "x", "/data/file")
    assert "No space left on device (/data/file)" in capsys.readouterr().err


def test_progress_without_a_terminal_is_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with screen.progress(screen.make_console()) as report:
        report.begin("PostgreSQL")
        report.end("PostgreSQL", "127.0.0.1:5")
        report.begin("API")
        report.fail("API")
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"PostgreSQL +ok +0\.0 s  127\.0\.0\.1:5", first)
    assert re.fullmatch(r"API +failed +0\.0 s", second)


def test_progress_on_a_terminal_is_one_table() -> None:
    console = Console(force_terminal=True, width=screen.WIDTH, record=True)
    with screen.progress(console) as report:
        report.begin("PostgreSQL")
        report.end("PostgreSQL", "127.0.0.1:5")
        report.begin("API")
        console.print(report)  # type: ignore[arg-type]
    assert "PostgreSQL" in console.export_text()


def test_status_names_what_died_and_fits_100_columns(capsys: pytest.CaptureFixture[str]) -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    incident = Incident("api", 7, instant, "SIGKILL", 8, instant)
    rows = (Row("airflow-api-server", "RUNNING", 5, 4000.0, ()), Row("api", "RUNNING", 8, 2.0, (incident,)))
    show_status.show(screen.make_console(), StackStatus(Condition.RUNNING, rows, ("a note",), {"api": 1, "airflow": 2}))
    out = capsys.readouterr().out
    assert "! api restarted at" in out
    assert "after SIGKILL (pid 7), now pid 8" in out
    assert "http://127.0.0.1:1/docs" in out
    assert "1h 06m" in out
    assert max(map(len, out.splitlines())) <= 100
    assert "\x1b" not in out


@pytest.mark.parametrize(("seconds", "text"), [(3.2, "3s"), (75, "1m"), (3 * 3600 + 300, "3h 05m")])
def test_durations_are_short(seconds: float, text: str) -> None:
    assert show_status.duration(seconds) == text


def test_logs_of_one_process_are_its_last_lines(layout: Layout) -> None:
    layout.create()
    layout.log_of("api").write_text("\n".join(f"line {n}" for n in range(100)))
    result = run(app, ["logs", "api", "-n", "2"])
    assert result.output == "line 98\nline 99\n"


def test_logs_of_all_are_prefixed(layout: Layout) -> None:
    layout.create()
    layout.log_of("api").write_text("hello\n")
    layout.log_of("sandbox").write_text("world\n")
    assert run(app, ["logs"]).output == "api     | hello\nsandbox | world\n"


def test_an_unknown_log_lists_the_known_ones(layout: Layout) -> None:
    layout.create()
    layout.log_of("api").touch()
    with pytest.raises(NotFoundError, match="no log of 'apu'") as caught:
        logs.chosen(layout, "apu")
    assert caught.value.remedy == "Known: api."


def test_following_sees_additions_and_rotation(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    path.write_text("old\n")
    tail = logs.Tail(path)
    assert tail.last(5) == ["old"]
    assert tail.new() == []
    path.write_text("old\nnew\n")
    assert tail.new() == ["new"]
    path.write_text("x\n")
    assert tail.new() == ["x"]
