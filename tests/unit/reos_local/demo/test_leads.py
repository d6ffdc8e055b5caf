from pathlib import Path

import pytest

from reos.core.errors import InvalidInputError, UnavailableError
from reos_local.demo import leads
from reos_local.stack.ports import free_port

CSV = b"id,price\r\n1,2\r\n3,4\r\n5,6\r\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_bytes(CSV)
    return path


def test_a_users_file_is_taken_whole_and_unchanged(source: Path, tmp_path: Path) -> None:
    taken = leads.taken_from(source, "demo", "generic", None, tmp_path)
    assert (taken.path.read_bytes(), taken.rows, taken.profile) == (CSV, 3, "generic")


def test_a_users_file_is_cut_after_the_header_and_so_many_rows(source: Path, tmp_path: Path) -> None:
    taken = leads.taken_from(source, "acme", "generic", 2, tmp_path)
    assert (taken.path.read_bytes(), taken.rows) == (b"id,price\r\n1,2\r\n3,4\r\n", 2)


def test_an_unreadable_file_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"none\.csv cannot be read"):
        leads.taken_from(tmp_path / "none.csv", "demo", "generic", None, tmp_path)


def test_a_dropped_file_appears_whole_where_the_sweep_looks(source: Path, tmp_path: Path) -> None:
    file = leads.taken_from(source, "demo", "generic", None, tmp_path)
    dropped = leads.drop(tmp_path / "inbox", file)
    assert dropped == tmp_path / "inbox" / "demo" / "generic" / "sales-demo.csv"
    assert [path.name for path in dropped.parent.iterdir()] == ["sales-demo.csv"]
    assert leads.is_waiting(tmp_path / "inbox", file)


def test_a_refused_file_is_reported_until_a_later_drop_is_taken(source: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    file = leads.taken_from(source, "demo", "generic", None, tmp_path)
    folder = leads.drop(inbox, file).parent
    assert leads.refusal(inbox, file) is None
    (folder / ".failed").mkdir()
    (folder / ".failed" / "20260101T000000000000Z-sales-demo.csv").touch()
    (folder / ".failed" / "20260101T000000000000Z-sales-demo.csv.report.txt").write_text("no column `id`\n")
    assert leads.refusal(inbox, file) == "no column `id`"
    (folder / ".done").mkdir()
    (folder / ".done" / "20260102T000000000000Z-sales-demo.csv").touch()
    assert leads.refusal(inbox, file) is None


def test_a_sandbox_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="The sandbox gave no export"):
        leads.exported(f"http://127.0.0.1:{free_port()}", "demo", 5, tmp_path)
