"""`reos load`, as it is typed: what it prints and how it exits."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from reos.connectors.openaddresses.listing import read_dataset
from reos.core.settings import get_settings
from reos_local.cli import app

if TYPE_CHECKING:
    from tests.integration.conftest import Database

HEADER = "LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID,HASH"


@pytest.fixture(autouse=True)
def environment(database: "Database", monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("REOS_DB_PIPELINE_URL", database.url("pipeline"))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["load", *map(str, arguments)])


def figure(output: str, name: str) -> str:
    found = re.search(rf"^ *{re.escape(name)} +([\d,]+)$", output, re.MULTILINE)
    assert found, output
    return found[1]


def test_a_file_is_loaded_counted_and_shown_among_the_last_loads(tmp_path: Path):
    file = tmp_path / "points.csv"
    file.write_text(f"{HEADER}\n-122.3,47.6,7,Oak St,,Seattle,,,98101,,x\n-122.3,47.6,,Oak St,,Seattle,,,98101,,x\n")
    result = run("openaddresses", "us/wa/king", "--file", file)
    assert result.exit_code == 0, result.output
    names = ("rows", "added", "changed", "rejected", "address: It has no house number.")
    assert [figure(result.output, name) for name in names] == ["2", "1", "0", "1", "1"]
    assert "rows/s (read" in result.output
    listed = run("status")
    assert re.search(r"openaddresses:us/wa/king +full +done +\d{4}-\d\d-\d\d \d\d:\d\d +2 +1 +0 +0 +1", listed.output)


def test_what_there_is_to_load_is_listed_beside_what_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    output = {"cache": True, "output": True, "preview": True, "validated": False}
    entry = {"id": 1, "source": "us/wa/king", "layer": "addresses", "name": "county", "output": output}
    found = [read_dataset(entry | {"job": 9, "size": 1234, "updated": 1_784_000_000_000})]
    monkeypatch.setattr("reos_local.commands.load.available", lambda *_, **__: found)
    listed = run("openaddresses", "us/wa", "--list")
    assert re.search(r"us/wa/king +9 +2026-07-14 +1,234 *$", listed.output, re.MULTILINE), listed.output
    file = tmp_path / "points.csv"
    file.write_text(f"{HEADER}\n-122.3,47.6,7,Oak St,,Seattle,,,98101,,x\n")
    assert run("openaddresses", "us/wa/king", "--file", file).exit_code == 0
    listed = run("openaddresses", "us/wa", "--list")
    assert re.search(r"us/wa/king +9 +2026-07-14 +1,234 +\d{4}-\d\d-\d\d +see the source", listed.output), listed.output


def test_a_refused_load_exits_1_says_why_and_is_listed(tmp_path: Path):
    file = tmp_path / "points.csv"
    file.write_text(f"{HEADER.replace('NUMBER', 'HOUSE')}\n-122.3,47.6,7,Oak St,,Seattle,,,98101,,x\n")
    result = run("openaddresses", "us/wa/king", "--file", file)
    assert result.exit_code == 1
    assert "column NUMBER is missing" in result.output
    assert "What to do:" in result.output
    assert "refused" in run("status").output


def test_an_unknown_source_is_told_with_those_that_there_are():
    result = run("county", "atlantis")
    assert result.exit_code == 1
    assert "king_wa_parcels" in result.output
