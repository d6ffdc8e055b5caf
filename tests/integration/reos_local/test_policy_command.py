"""`reos policy`, as it is typed: what it prints and how it exits."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from reos.core.clock import FixedClock
from reos.core.settings import get_settings
from reos.db import tenant_transaction
from reos.policy import permits
from reos.policy.kernel import POLICIES
from reos_local.cli import app

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))


@pytest.fixture(autouse=True)
def environment(database: "Database", monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("REOS_DB_PIPELINE_URL", database.url("pipeline"))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def decided(database: "Database", two_tenants: tuple[UUID, UUID]) -> list[UUID]:
    """A permit and a refusal of the north, a permit of the south."""
    conn = database.connect("pipeline")
    asked = [("attom", "licensed", 0), ("zillow_page", "prohibited", 0), ("attom", "licensed", 1)]
    found = []
    for source, licence, tenant in asked:
        with tenant_transaction(conn, two_tenants[tenant]):
            found.append(permits.fetch(conn, two_tenants[tenant], source, licence, clock=CLOCK).decision_id)
    return found


def run(*arguments: str | Path | UUID) -> Any:
    return CliRunner().invoke(app, ["policy", *map(str, arguments)])


def test_a_stored_refusal_is_explained_by_its_rule_with_the_way_out(decided: list[UUID]) -> None:
    result = run("explain", decided[1])
    assert result.exit_code == 0, result.output
    told = re.sub(r" +", " ", result.output)
    for line in (
        "2026-11-24 12:00:00 sources:fetch enrichment Source zillow_page",
        "verdict refused",
        "rule prohibited-source (licence)",
        "reason The source's terms forbid automated collection.",
        "to do Use its published research files or its licensed interface instead.",
        "replayed the same",
    ):
        assert line in told


def test_a_question_is_answered_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REOS_DB_PIPELINE_URL")
    result = run("explain", "enrichment", "sources:use", "zillow_bridge", "--context", '{"purpose": "display"}')
    assert (result.exit_code, "cache-expired" in result.output, "Fetch it again." in result.output) == (0, True, True)
    result = run("explain", "Viewer", "properties:create", "any")
    assert "Allowed for Admin, Analyst." in result.output
    result = run("explain", "enrichment", "sources:use", "attom", "--context", '{"purpose": "score"}')
    assert "obligation  name-the-source" in result.output
    protected = ("--attributes", '{"data_class": "protected"}', "--context", '{"purpose": "list"}')
    result = run("explain", "scoring", "data:reference", "race", *protected)
    assert "rule        protected-data (data-use), 42 USC 3604" in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("explain", "x"), "no decision's id"),
        (("explain", str(UUID(int=9))), "There is no decision"),
        (("explain", "a", "b"), "2 words are no question"),
        (("explain", "Admin", "memos:burn", "x"), "There is no action 'memos:burn'"),
        (("explain", "Admin", "memos:read", "x", "--context", "{"), "is no JSON"),
        (("explain", "Admin", "memos:read", "x", "--context", "[]"), "is no JSON object"),
        (("explain", "enrichment", "sources:use", "attom"), "sources:use on Source"),
        (("diff", "--policies", "/nowhere"), "holds no policy set"),
    ],
)
def test_what_makes_no_sense_is_told_and_exits_1(arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert told in result.output


def test_replaying_tells_how_many_come_out_the_same(decided: list[UUID]) -> None:
    result = run("replay")
    assert (result.exit_code, "3 of 3 decisions come out the same again." in result.output) == (0, True)
    assert "1 of 1 decisions" in run("replay", "--last", 1).output
    assert "2 of 2 decisions" in run("replay", decided[0], decided[1]).output
    assert run("replay", uuid4()).exit_code == 1


def test_a_decision_that_comes_out_otherwise_exits_1_and_is_shown(database: "Database", decided: list[UUID]) -> None:
    superuser = database.connect("superuser", autocommit=True)
    superuser.execute("set session_replication_role = replica")
    superuser.execute("update app.policy_decision set allow = true where decision_id = %s", (decided[1],))
    superuser.execute("update app.policy_decision set policy_version = 'old' where decision_id = %s", (decided[2],))
    result = run("replay")
    assert result.exit_code == 1
    assert f"{decided[1]} sources:fetch enrichment Source zillow_page: permit by prohibited-source -> refuse" in (
        result.output
    )
    assert "(The rules of version old were not kept.)" in result.output
    assert "1 of 3 decisions come out the same again." in result.output
    assert "The rules of version old were not kept." in run("explain", decided[2]).output


def test_edited_rules_show_what_they_would_change_before_they_are_switched_on(
    tmp_path: Path, decided: list[UUID]
) -> None:
    edited = tmp_path / "policies"
    shutil.copytree(POLICIES, edited)
    assert "0 of the last 3 decisions would have another verdict." in run("diff", "--policies", edited).output
    file = edited / "licence.cedar"
    file.write_text(file.read_text().replace('"licensed", "restricted"].contains', '"restricted"].contains'))
    result = run("diff", "--policies", edited)
    assert result.exit_code == 0
    assert "rules changed enrichment-sources" in result.output
    for decision_id in (decided[0], decided[2]):
        assert f"{decision_id} sources:fetch enrichment Source attom: permit by enrichment-sources -> refuse" in (
            result.output
        )
    assert "2 of the last 3 decisions would have another verdict." in result.output


def test_edited_rules_that_do_not_fit_their_schema_are_refused_by_name(tmp_path: Path) -> None:
    edited = tmp_path / "policies"
    shutil.copytree(POLICIES, edited)
    file = edited / "budget.cedar"
    file.write_text(file.read_text().replace("context.has_budget", "context.has_bugdet"))
    result = run("diff", "--policies", edited)
    assert result.exit_code == 1
    assert "The policies do not fit their schema" in result.output
    assert "has_bugdet" in result.output
