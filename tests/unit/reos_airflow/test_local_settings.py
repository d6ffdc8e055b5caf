import importlib
import importlib.util
import runpy
import sys
from pathlib import Path

import pytest

FILE = str(Path(__file__).resolve().parents[3] / "docker" / "airflow" / "airflow_local_settings.py")
WARM = runpy.run_path(FILE)["WARM"]


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(importlib, "import_module", names.append)  # the libraries take seconds; their names suffice
    return names


@pytest.mark.parametrize("component", ["api-server", "dag-processor", "triggerer"])
def test_components_that_run_no_task_stay_small(
    component: str, imported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["airflow", component])
    runpy.run_path(FILE)
    assert imported == []


@pytest.mark.parametrize("arguments", [["scheduler", "--skip-serve-logs"], ["celery", "worker"]])
def test_the_parents_of_tasks_are_warmed(
    arguments: list[str], imported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["airflow", *arguments])
    runpy.run_path(FILE)
    assert imported == list(WARM)


@pytest.mark.parametrize("name", WARM)
def test_what_is_warmed_is_installed_and_not_ours(name: str) -> None:
    package = name.partition(".")[0]
    assert importlib.util.find_spec(package) is not None
    assert not package.startswith("reos")
