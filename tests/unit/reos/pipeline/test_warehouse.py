"""What dbt is told, and what is told of its failures; dbt itself runs in the integration tests."""

import os
from datetime import date
from pathlib import Path

import pytest

from reos.core.errors import ConfigurationError
from reos.core.settings import Settings
from reos.pipeline.dbt_result import DbtNode, DbtResult, failure
from reos.pipeline.warehouse import _environment, _runner, environment


def node(name: str, status: str, message: str = "", kind: str = "model") -> DbtNode:
    return DbtNode("marts", name, kind, status, None, 0.1, message)


def test_the_connection_is_taken_from_the_url_with_the_password_as_a_secret() -> None:
    settings = Settings(db_dbt_url="postgresql://reos_dbt:p%40ss@127.0.0.1:54329/reos")  # type: ignore[arg-type]
    told = environment(settings, date(2026, 6, 30))
    assert told == {
        "REOS_DBT_HOST": "127.0.0.1",
        "REOS_DBT_PORT": "54329",
        "REOS_DBT_USER": "reos_dbt",
        "REOS_DBT_DBNAME": "reos",
        "DBT_ENV_SECRET_REOS_PASSWORD": "p@ss",
        "REOS_AS_OF": "2026-06-30",
    }


def test_without_a_url_the_variable_is_named() -> None:
    with pytest.raises(ConfigurationError, match="REOS_DB_DBT_URL"):
        environment(Settings(db_dbt_url=None), date(2026, 6, 30))


def test_the_environment_is_as_before_when_the_run_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REOS_AS_OF", "2020-01-01")
    monkeypatch.delenv("REOS_DBT_HOST", raising=False)
    with _environment({"REOS_AS_OF": "2026-06-30", "REOS_DBT_HOST": "h"}):
        assert (os.environ["REOS_AS_OF"], os.environ["REOS_DBT_HOST"]) == ("2026-06-30", "h")
    assert os.environ["REOS_AS_OF"] == "2020-01-01"
    assert "REOS_DBT_HOST" not in os.environ


def test_a_failure_names_each_bad_node_and_quotes_nobodys_row() -> None:
    broken = node("fct", "error", "violates check\n  DETAIL:  Failing row contains (JANE DOE).\n  compiled code at x")
    nodes = (node("dim", "success"), broken, node("dim__grain", "fail", "Got 1 result", "test"))
    error = failure("build", nodes, None, Path("/state/dbt"))
    assert error.detail == "dbt build failed. fct: violates check compiled code at x; dim__grain: Got 1 result"
    assert "/state/dbt/logs/dbt.log" in str(error.remedy)


def test_a_failure_before_any_node_tells_the_cause() -> None:
    assert "no such profile" in failure("run", (), RuntimeError("no such profile"), Path("/state")).detail


def test_dbt_does_not_walk_the_stack_for_a_label(monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt_common import behavior_flags  # noqa: PLC0415 - dbt takes seconds to import

    def walk() -> None:
        raise AssertionError("the stack was walked")

    monkeypatch.setattr(behavior_flags.inspect, "stack", walk)
    _runner(None)
    flag = behavior_flags.BehaviorFlagRendered({"name": "f", "default": True, "description": "d"}, {})  # type: ignore[typeddict-item]
    assert flag.setting


def test_models_are_told_apart_from_tests() -> None:
    result = DbtResult(success=True, nodes=(node("dim", "success"), node("t", "pass", kind="test")), seconds=1.0)
    assert [each.name for each in result.models] == ["dim"]
