import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reos.core.errors import ConfigurationError
from reos.core.settings import get_settings
from reos_local.stack import operator, records, secrets
from reos_local.stack.layout import Layout


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Layout]:
    before = dict(os.environ)
    monkeypatch.delenv("REOS_DB_PIPELINE_URL", raising=False)
    made = Layout(tmp_path / "s")
    made.create()
    yield made
    os.environ.clear()
    os.environ.update(before)
    get_settings.cache_clear()


def started(layout: Layout) -> secrets.Secrets:
    records.write_stack(layout.record, records.StackRecord(records.Pid(1, 1.0), {"postgres": 4321}, "2026-01-01"))
    return secrets.load_or_create(layout.secrets)


def test_a_command_gets_the_urls_and_ports_of_the_running_stack(layout: Layout) -> None:
    made = started(layout)
    operator.adopt(layout)
    url = get_settings().required("db_pipeline_url")
    assert url == f"postgresql://reos_pipeline:{made.pipeline_password}@127.0.0.1:4321/reos"
    assert get_settings().state_dir == layout.state


def test_what_the_environment_says_explicitly_stands(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    started(layout)
    monkeypatch.setenv("REOS_DB_PIPELINE_URL", "postgresql://elsewhere/reos")
    operator.adopt(layout)
    assert get_settings().required("db_pipeline_url") == "postgresql://elsewhere/reos"


def test_without_a_stack_there_is_a_hint_how_to_start_one(layout: Layout) -> None:
    with pytest.raises(ConfigurationError, match="reos up"):
        operator.adopt(layout)
    assert "REOS_DB_PIPELINE_URL" not in os.environ
