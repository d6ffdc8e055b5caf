import os

import pytest

from reos.core.errors import NotFoundError
from reos_local.commands import exec_


def test_the_program_gets_its_arguments_and_the_stacks_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(os, "execvpe", lambda *how: started.extend(how))
    exec_.replace_process(["airflow", "dags", "list", "--output", "json"], {"AIRFLOW_HOME": "/there"})
    assert started == ["airflow", ["airflow", "dags", "list", "--output", "json"], {"AIRFLOW_HOME": "/there"}]


def test_an_unknown_program_is_named() -> None:
    with pytest.raises(NotFoundError, match="no-such-program"):
        exec_.replace_process(["no-such-program"], dict(os.environ))


def test_naming_no_program_shows_how() -> None:
    with pytest.raises(NotFoundError, match="reos exec"):
        exec_.replace_process([], {})
