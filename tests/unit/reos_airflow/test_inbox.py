import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from airflow.sdk import ObjectStoragePath
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem

from reos.core.errors import InvalidInputError
from reos_airflow.inbox import SETTLE_SECONDS, InboxFile, claim, finish, named, on_disk, open_inbox, waiting

AT = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


@pytest.fixture
def inbox(tmp_path: Path) -> ObjectStoragePath:
    return open_inbox((tmp_path / "inbox").as_uri())


@pytest.fixture
def store() -> Iterator[ObjectStoragePath]:
    """An inbox in an object store: one in memory."""
    files = MemoryFileSystem()
    attach("memory", fs=files)
    yield open_inbox("memory://store/inbox")
    files.rm("/", recursive=True)


@pytest.fixture(params=["disk", "store"])
def either(request: pytest.FixtureRequest) -> ObjectStoragePath:
    """An inbox of each kind."""
    return request.getfixturevalue("inbox" if request.param == "disk" else "store")


def write(inbox: ObjectStoragePath, relative: str, mtime: float = 1000.0) -> None:
    path = inbox / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    if path.protocol == "file":
        os.utime(path.path, (mtime, mtime))


def put(inbox: ObjectStoragePath, relative: str, mtime: float = 1000.0) -> InboxFile:
    write(inbox, relative, mtime)
    return InboxFile(inbox, *(part for part in relative.split("/") if part != ".claimed"))


def names(inbox: ObjectStoragePath, **narrowed: str) -> list[str]:
    return [file.relative for file in waiting(inbox, **narrowed)]


def listed(folder: ObjectStoragePath) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_files_wait_oldest_first(inbox: ObjectStoragePath) -> None:
    put(inbox, "demo/king-county/b.csv", 2.0)
    put(inbox, "acme/generic/a.csv", 3.0)
    put(inbox, "demo/king-county/c.csv", 1.0)
    assert names(inbox) == ["demo/king-county/c.csv", "demo/king-county/b.csv", "acme/generic/a.csv"]


def test_the_sweep_narrows_to_a_tenant_or_profile(either: ObjectStoragePath) -> None:
    for relative in ("demo/p/1.csv", "demo/q/2.csv", "acme/p/3.csv"):
        put(either, relative)
    assert sorted(names(either, tenant="demo")) == ["demo/p/1.csv", "demo/q/2.csv"]
    assert sorted(names(either, profile="p")) == ["acme/p/3.csv", "demo/p/1.csv"]


def test_hidden_files_folders_and_links_do_not_wait(inbox: ObjectStoragePath) -> None:
    for relative in ("demo/p/.arriving.csv", "demo/p/.done/old.csv", "demo/.p/x.csv", "demo/p/folder/deep.csv"):
        write(inbox, relative)
    Path(inbox.path, "demo/p/link.csv").symlink_to(Path(inbox.path, "demo/p/.arriving.csv"))
    assert names(inbox) == []


def test_no_inbox_means_nothing_waits(either: ObjectStoragePath) -> None:
    assert names(either / "absent") == []


def test_what_a_crash_left_claimed_is_taken_again_once(either: ObjectStoragePath) -> None:
    put(either, "demo/p/.claimed/a.csv")
    put(either, "demo/p/a.csv")
    write(either, "demo/p/.claimed/.hidden.csv")
    assert names(either) == ["demo/p/a.csv"]


def test_a_file_is_found_by_its_relative_path(either: ObjectStoragePath) -> None:
    file = put(either, "demo/p/a.csv")
    left = put(either, "demo/p/.claimed/b.csv")
    assert (named(either, "demo/p/a.csv"), named(either, "demo/p/b.csv")) == (file, left)


@pytest.mark.parametrize(
    "relative", ["demo/p/gone.csv", "../p/a.csv", "demo/a.csv", "/etc/passwd", "demo/p/.a.csv", "demo//a.csv", ""]
)
def test_nothing_but_a_waiting_file_is_taken(inbox: ObjectStoragePath, relative: str) -> None:
    put(inbox, "demo/p/a.csv")
    put(inbox, "demo/p/.a.csv")
    with pytest.raises(InvalidInputError, match="not a file waiting"):
        named(inbox, relative)


def test_a_file_is_claimed_by_moving_it(either: ObjectStoragePath) -> None:
    file = put(either, "d/p/a.csv")
    claimed = claim(file)
    assert (claimed.exists(), file.path.exists()) == (True, False)
    assert claim(file).path == claimed.path
    with on_disk(claimed) as path:
        assert (path.name, path.read_text()) == ("a.csv", "x")


def test_a_file_that_was_left_claimed_comes_before_a_new_one_of_its_name(inbox: ObjectStoragePath) -> None:
    put(inbox, "d/p/.claimed/a.csv").claimed.write_text("old")
    file = put(inbox, "d/p/a.csv")
    assert (claim(file).read_text(), file.path.exists()) == ("old", True)


def test_a_quiet_file_is_taken_at_once(inbox: ObjectStoragePath) -> None:
    slept: list[float] = []
    claim(put(inbox, "d/p/a.csv", 1000.0), sleep=slept.append, now=lambda: 1000.0 + SETTLE_SECONDS)
    assert slept == []


def test_a_file_still_arriving_is_waited_for(inbox: ObjectStoragePath) -> None:
    file = put(inbox, "d/p/a.csv", 1000.0)
    clock = [1000.5]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        if not slept:  # another chunk arrives while we wait
            os.utime(file.path.path, (1001.0, 1001.0))
        slept.append(seconds)
        clock[0] += seconds

    claim(file, sleep=sleep, now=lambda: clock[0])
    assert slept == [1.5, 1.0]


def test_a_file_that_never_settles_is_an_error_and_stays(inbox: ObjectStoragePath) -> None:
    file = put(inbox, "d/p/a.csv", 1000.0)
    with pytest.raises(InvalidInputError, match="still being written"):
        claim(file, sleep=lambda _: None, now=lambda: 1000.0)
    assert file.path.exists()


@pytest.mark.parametrize("is_claimed", [True, False])
def test_a_finished_file_moves_aside_with_its_report(either: ObjectStoragePath, *, is_claimed: bool) -> None:
    file = put(either, "d/p/a.csv")
    if is_claimed:
        claim(file)
    kept = finish(file, "failed", ["line 3: no address", "line 9: unknown county"], at=AT)
    report = "20260304T050607000089Z-a.csv.report.txt"
    assert listed(file.folder / ".failed") == ["20260304T050607000089Z-a.csv", report]
    assert (kept.parent / report).read_text() == "line 3: no address\nline 9: unknown county\n"
    assert not file.path.exists()
    assert not file.claimed.exists()


def test_a_folder_may_have_a_profile_of_its_own(either: ObjectStoragePath) -> None:
    file = put(either, "d/p/a.csv")
    assert file.own_profile() is None
    (file.folder / ".profile.yml").write_text("name: mine")
    assert file.own_profile() == "name: mine"
    assert names(either) == ["d/p/a.csv"]
