"""Unit tests leave nothing outside their own folder."""

from pathlib import Path

import pytest

from reos_local.stack.layout import Layout


@pytest.fixture(autouse=True)
def short_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what would go to /var/tmp inside the test's folder."""
    folder = tmp_path / "v"
    monkeypatch.setattr(Layout, "short", property(lambda _: folder))
    return folder
