"""`reos import`, as it is typed: what it prints and how it exits."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import typer
from typer.testing import CliRunner

from reos.core.settings import get_settings
from reos_local.commands.import_ import import_file

if TYPE_CHECKING:
    from tests.integration.conftest import Database

APP = typer.Typer()
APP.command()(import_file)
LEADS = "address,zip,shoe size\n12 Main St,98101,1\nhello world,98101,2\n14 Main St,98101,3\n"


@pytest.fixture(autouse=True)
def environment(
    database: "Database", two_tenants: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[UUID, UUID]]:
    monkeypatch.setenv("REOS_DB_PIPELINE_URL", database.url("pipeline"))
    monkeypatch.delenv("REOS_REDIS_URL", raising=False)
    get_settings.cache_clear()
    yield two_tenants
    get_settings.cache_clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(LEADS)
    return path


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


def figure(output: str, name: str) -> str:
    found = re.search(rf"^{name} +([\d,]+)$", output, re.MULTILINE)
    assert found, output
    return found[1]


def test_the_summary_says_what_the_file_brought_and_how_fast(file: Path):
    result = run(file, "--tenant", "north")
    assert result.exit_code == 0, result.output
    names = ("rows", "properties new", "properties known", "sales", "events published", "rows refused")
    assert [figure(result.output, name) for name in names] == ["3", "2", "0", "0", "2", "1"]
    assert "line 3 'hello world' is not accepted as an address." in result.output
    assert "Columns that the profile does not know: shoe size" in result.output
    for stage in ("check the file", "read and normalise", "find or create", "store records", "publish events", "all"):
        assert re.search(rf"^{stage} +\d+\.\d\d +[\d,]+$", result.output, re.MULTILINE), result.output


def test_the_same_file_again_is_told_as_such(file: Path):
    run(file, "--tenant", "north")
    result = run(file, "--tenant", "north")
    assert result.exit_code == 0
    assert "This very file was imported before with this profile." in result.output
    assert (figure(result.output, "properties new"), figure(result.output, "events published")) == ("0", "0")


def test_a_file_without_one_good_row_exits_with_1(file: Path):
    file.write_text("address,zip\n" + "hello world,98101\n" * 30)
    result = run(file, "--tenant", "north")
    assert result.exit_code == 1
    assert "and 10 more, all in app.import_rejection" in result.output


@pytest.mark.parametrize(
    ("arguments", "reason", "remedy"),
    [
        (["--tenant", "west"], "There is no tenant 'west'.", "Use one of: north, south."),
        (["--tenant", "north", "--profile", "nope"], "There is no import profile 'nope'.", "generic, king-county"),
        (["--tenant", "north", "--profile", "king-county"], "it has no column id, date", "profile generic"),
    ],
)
def test_what_cannot_be_imported_exits_with_1_and_says_what_to_do(
    file: Path, arguments: list[str], reason: str, remedy: str
):
    result = run(file, *arguments)
    assert result.exit_code == 1
    assert reason in result.output
    assert remedy in result.output


def test_without_a_database_url_the_variable_is_named(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("REOS_DB_PIPELINE_URL")
    get_settings.cache_clear()
    result = run(file)
    assert result.exit_code == 1
    assert "REOS_DB_PIPELINE_URL is not set." in result.output


def batch_of(output: str, option: str) -> str:
    found = re.search(rf"reos import {option} ([0-9a-f-]{{36}}) --tenant north", output)
    assert found, output
    return found[1]


def test_a_dry_run_is_shown_then_committed_then_taken_back(file: Path):
    seen = run(file, "--tenant", "north", "--dry-run")
    assert seen.exit_code == 0, seen.output
    assert "leads.csv would bring (nothing is written yet)" in seen.output
    names = ("rows", "properties new", "properties known", "rows refused: invalid", "rows refused: duplicate")
    assert [figure(seen.output, name) for name in names] == ["3", "2", "0", "1", "0"]
    assert "line 3 'hello world' is not accepted as an address." in seen.output
    assert re.search(r"^county_assessor +0 +0\.0000 +0\.00", seen.output, re.MULTILINE)
    assert re.search(r"^all +0\.00", seen.output, re.MULTILINE)
    batch = batch_of(seen.output, "--commit")
    assert batch_of(seen.output, "--discard") == batch
    committed = run("--commit", batch, "--tenant", "north")
    assert (committed.exit_code, figure(committed.output, "properties new")) == (0, "2")
    assert "is imported already (done)" in run(file, "--tenant", "north", "--dry-run").output
    undone = run("--undo", batch_of(committed.output, "--undo"), "--tenant", "north")
    assert undone.exit_code == 0
    assert [figure(undone.output, name) for name in ("properties removed", "records removed", "kept")] == [
        "2",
        "2",
        "0",
    ]
    listed = run("--list", "--tenant", "north")
    assert re.search(
        rf"^{batch} +undone +\d{{4}}-\d\d-\d\d \d\d:\d\d +leads\.csv +3 +2 +0 +1$", listed.output, re.MULTILINE
    )


def test_a_dry_run_is_thrown_away(file: Path):
    assert run("--list", "--tenant", "north").output == "No file was imported for north yet.\n"
    batch = batch_of(run(file, "--tenant", "north", "--dry-run").output, "--discard")
    assert "dry run" in run("--list", "--tenant", "north").output
    result = run("--discard", batch, "--tenant", "north")
    assert (result.exit_code, result.output) == (
        0, "Discarded: 3 rows of leads.csv. Nothing of them was published.\n",
    )  # fmt: skip
    again = run("--commit", batch, "--tenant", "north")
    assert again.exit_code == 1
    assert "only one that is staged can be published" in again.output


def test_another_tenants_import_is_not_found(file: Path):
    batch = batch_of(run(file, "--tenant", "north").output, "--undo")
    result = run("--undo", batch, "--tenant", "south")
    assert result.exit_code == 1
    assert f"There is no import {batch}." in result.output


def test_a_profile_is_proposed_as_a_file(file: Path, tmp_path: Path):
    file.write_text("Situs Address,ZIP Code,f7\n" + "".join(f"{number} N Main St,98101,?\n" for number in (12, 14)))
    proposed = run(file, "--propose")
    assert proposed.exit_code == 0, proposed.output
    told = [line.split() for line in proposed.stderr.splitlines()]
    assert ["left", "out", "f7", "its", "name", "is", "none", "that", "is", "known"] in told
    (tmp_path / "mine.yml").write_text(proposed.stdout)
    result = run(file, "--tenant", "north", "--profile", str(tmp_path / "mine.yml"))
    assert (result.exit_code, figure(result.output, "properties new")) == (0, "2")


@pytest.mark.parametrize(
    "arguments", [[], ["--list", "--undo", "0199b5a0-0000-7000-8000-000000000000"], ["x.csv", "--list"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str]):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Give a file, or one of --commit, --discard, --undo and --list." in re.sub(r"[\s│]+", " ", result.output)
