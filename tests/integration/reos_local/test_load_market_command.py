"""`reos load zillow` and `reos load acs`, as they are typed: what they print and how they exit."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from reos.core.settings import get_settings
from reos_local.cli import app

if TYPE_CHECKING:
    from tests.integration.conftest import Database

HEAD = "RegionID,SizeRank,RegionName,RegionType,StateName,State,City,Metro,CountyName,2026-08-31,2026-09-30"


@pytest.fixture(autouse=True)
def environment(database: "Database", monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("REOS_DB_PIPELINE_URL", database.url("pipeline"))
    monkeypatch.delenv("REOS_CENSUS_API_KEY", raising=False)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["load", *map(str, arguments)])


def test_a_research_file_is_loaded_counted_and_shown_among_the_last_loads(tmp_path: Path) -> None:
    file = tmp_path / "zips.csv"
    file.write_text(f"{HEAD}\n58101,30,98101,zip,WA,WA,Seattle,M,King County,500000,\n")
    result = run("zillow", "zhvi_zip", "--file", file)
    assert result.exit_code == 0, result.output
    assert re.search(r"^added +1$", result.output, re.MULTILINE)
    assert re.search(r"zillow:zhvi_zip +full +done", run("status").output)


def test_a_file_that_nobody_knows_is_told_with_those_that_there_are() -> None:
    result = run("zillow", "zhvi_moon")
    assert result.exit_code == 1
    assert "zori_zip" in result.output


def test_without_a_key_the_survey_says_which_setting_is_missing() -> None:
    result = run("acs", "county")
    assert result.exit_code == 1
    assert "REOS_CENSUS_API_KEY" in result.output
    assert "census_acs" in run("status").output
