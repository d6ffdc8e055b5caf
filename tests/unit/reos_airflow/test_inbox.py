import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reos.core.errors import InvalidInputError
from reos_airflow.inbox import SETTLE_SECONDS, InboxFile, finish, inside, settle, waiting

AT = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


def put(inbox: Path, relative: str, mtime: float = 1000.0) -> Path:
    path = inbox / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    os.utime(path, (mtime, mtime))
    return path


def names(inbox: Path, **narrowed: str) -> list[str]:
    return [str(file.path.relative_to(inbox)) for file in waiting(inbox, **narrowed)]


def test_files_wait_oldest_first(tmp_path: Path) -> None:
    put(tmp_path, "demo/king-county/b.csv", 2.0)
    put(tmp_path, "acme/generic/a.csv", 3.0)
    put(tmp_path, "demo/king-county/c.csv", 1.0)
    assert names(tmp_path) == ["demo/king-county/c.csv", "demo/king-county/b.csv", "acme/generic/a.csv"]


def test_tenant_and_profile_come_from_the_folders(tmp_path: Path) -> None:
    put(tmp_path, "demo/king-county/b.csv")
    (file,) = waiting(tmp_path)
    assert (file.tenant, file.profile) == ("demo", "king-county")


def test_the_sweep_narrows_to_a_tenant_or_profile(tmp_path: Path) -> None:
    for relative in ("demo/p/1.csv", "demo/q/2.csv", "acme/p/3.csv"):
        put(tmp_path, relative)
    assert names(tmp_path, tenant="demo") == ["demo/p/1.csv", "demo/q/2.csv"]
    assert names(tmp_path, profile="p") == ["acme/p/3.csv", "demo/p/1.csv"]


def test_hidden_files_folders_and_links_do_not_wait(tmp_path: Path) -> None:
    outside = put(tmp_path, "elsewhere.csv")
    put(tmp_path, "demo/p/.arriving.csv")
    put(tmp_path, "demo/p/.done/old.csv")
    put(tmp_path, "demo/.p/x.csv")
    put(tmp_path, "demo/p/folder/deep.csv")
    (tmp_path / "demo/p/link.csv").symlink_to(outside)
    assert names(tmp_path) == []


def test_no_inbox_means_nothing_waits(tmp_path: Path) -> None:
    assert names(tmp_path / "absent") == []


def test_a_waiting_file_is_found_by_its_relative_path(tmp_path: Path) -> None:
    path = put(tmp_path, "demo/p/a.csv")
    assert inside(tmp_path, "demo/p/a.csv") == InboxFile(path)


@pytest.mark.parametrize("relative", ["demo/p/gone.csv", "../p/a.csv", "demo/a.csv", "/etc/passwd", "demo/p/.a.csv"])
def test_nothing_but_a_waiting_file_is_taken(tmp_path: Path, relative: str) -> None:
    inbox = tmp_path / "demo"
    put(inbox, "demo/p/a.csv")
    put(inbox, "demo/p/.a.csv")
    put(tmp_path, "p/a.csv")
    with pytest.raises(InvalidInputError, match="not a file waiting"):
        inside(inbox, relative)


def test_a_quiet_file_is_taken_at_once(tmp_path: Path) -> None:
    slept: list[float] = []
    settle(InboxFile(put(tmp_path, "d/p/a.csv", 1000.0)), sleep=slept.append, now=lambda: 1000.0 + SETTLE_SECONDS)
    assert slept == []


def test_a_file_still_arriving_is_waited_for(tmp_path: Path) -> None:
    path = put(tmp_path, "d/p/a.csv", 1000.0)
    clock = [1000.5]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        if not slept:  # another chunk arrives while we wait
            os.utime(path, (1001.0, 1001.0))
        slept.append(seconds)
        clock[0] += seconds

    settle(InboxFile(path), sleep=sleep, now=lambda: clock[0])
    assert slept == [1.5, 1.0]


def test_a_file_that_never_settles_is_an_error(tmp_path: Path) -> None:
    path = put(tmp_path, "d/p/a.csv", 1000.0)
    with pytest.raises(InvalidInputError, match="still being written"):
        settle(InboxFile(path), sleep=lambda _: None, now=lambda: 1000.0)


def test_a_finished_file_moves_aside_with_its_report(tmp_path: Path) -> None:
    path = put(tmp_path, "d/p/a.csv")
    kept = finish(InboxFile(path), "failed", ["line 3: no address", "line 9: unknown county"], at=AT)
    assert kept == tmp_path / "d/p/.failed/20260304T050607000089Z-a.csv"
    assert kept.exists()
    assert not path.exists()
    assert kept.with_name(f"{kept.name}.report.txt").read_text() == "line 3: no address\nline 9: unknown county\n"


def test_nothing_to_report_leaves_no_report(tmp_path: Path) -> None:
    kept = finish(InboxFile(put(tmp_path, "d/p/a.csv")), "done", [], at=AT)
    assert [entry.name for entry in kept.parent.iterdir()] == [kept.name]
