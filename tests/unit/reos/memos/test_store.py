import hashlib
from pathlib import Path
from uuid import UUID

import pytest

from reos.core.errors import UnavailableError
from reos.memos.store import save

TENANT = UUID(int=7)


def test_a_document_is_found_under_its_digest(tmp_path: Path) -> None:
    stored = save(tmp_path, TENANT, b"%PDF-1")
    assert stored.sha256 == hashlib.sha256(b"%PDF-1").digest()
    assert stored.key == f"{TENANT}/{stored.sha256.hex()}.pdf"
    assert (tmp_path / stored.key).read_bytes() == b"%PDF-1"


def test_storing_again_writes_nothing_and_leaves_no_other_file(tmp_path: Path) -> None:
    first = save(tmp_path, TENANT, b"%PDF-1")
    before = (tmp_path / first.key).stat().st_mtime_ns
    assert save(tmp_path, TENANT, b"%PDF-1") == first
    assert (tmp_path / first.key).stat().st_mtime_ns == before
    assert len(list((tmp_path / str(TENANT)).iterdir())) == 1


def test_a_file_that_was_cut_short_is_written_again(tmp_path: Path) -> None:
    stored = save(tmp_path, TENANT, b"%PDF-1")
    (tmp_path / stored.key).write_bytes(b"%P")
    save(tmp_path, TENANT, b"%PDF-1")
    assert (tmp_path / stored.key).read_bytes() == b"%PDF-1"


def test_a_failed_write_is_a_clear_error_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UnavailableError, match="No space left on device"):
        save(tmp_path, TENANT, b"%PDF-1")
    assert list((tmp_path / str(TENANT)).iterdir()) == []


def test_a_root_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnavailableError, match="cannot be stored"):
        save(tmp_path / "file", TENANT, b"%PDF-1")
