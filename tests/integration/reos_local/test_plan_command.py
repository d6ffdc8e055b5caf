"""`reos plan` as it is typed: cost, a line a source, reasons in words; and the demo's table of the same sources."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb
from typer.testing import CliRunner

from reos.core.ids import new_id
from reos.core.money import MicroUsd
from reos.core.settings import get_settings
from reos.db import seed, tenant_transaction
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos_local.cli import app
from reos_local.demo.sources import SourceReader, SourceUse

if TYPE_CHECKING:
    from tests.integration.conftest import Database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LINE = "insert into app.property (tenant_id, property_id, county_fips, apn, apn_key, state, source)"


@pytest.fixture(autouse=True)
def environment(database: "Database", monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("REOS_DB_PIPELINE_URL", database.url("pipeline"))
    monkeypatch.setenv("REOS_ATTOM_API_KEY", "key-of-attom")
    monkeypatch.setenv("REOS_REGRID_TOKEN", "key-of-regrid")
    monkeypatch.setenv("REOS_COUNTY_BASE_URL", "http://127.0.0.1:1/county")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def homes(database: "Database") -> list[UUID]:
    """Three homes of the tenant `demo`, which has money for two records of Regrid."""
    owner, conn = database.connect("owner"), database.connect("pipeline")
    tenant_id = seed.seed_tenant(owner, "demo", "Demo")
    seed.seed_budget(owner, tenant_id, "regrid", "day", MicroUsd(40_000))
    ids = [new_id() for _ in range(3)]
    with tenant_transaction(conn, tenant_id):
        for number, property_id in enumerate(ids):
            apn = f"712930052{number}"
            conn.execute(LINE + " values (%s, %s, '53033', %s, %s, 'WA', 'test')", (tenant_id, property_id, apn, apn))
    return ids


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["plan", *map(str, arguments)])


def row(text: str, first: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.startswith(first))


def test_the_newest_are_planned_with_cost_and_reasons(homes: list[UUID]) -> None:
    result = run("--show", 1)
    assert result.exit_code == 0, result.output
    assert "3 properties: $0.04 sure, $0.04 at most" in result.output
    assert row(result.output, "regrid")[1:5] == ["$0.02", "2", "2", "$0.04"]
    assert "→ Regrid because zoning is missing, $0.02" in result.output
    assert row(result.output, "county_assessor")[1:4] == ["free", "3", "3"]
    assert result.output.count("Regrid because") == 1, "one plan in full"
    assert str(homes[0]) in result.output


def test_chosen_properties_are_planned_and_unknown_ones_are_counted(homes: list[UUID]) -> None:
    result = run(homes[0], new_id())
    assert "1 properties: $0.02 sure" in result.output
    assert "1 are unknown here, deleted or merged" in result.output


def test_another_tenant_sees_nothing(homes: list[UUID]) -> None:
    result = run(homes[0], "--tenant", "acme")
    assert "0 properties: $0.00 sure, $0.00 at most" in result.output


def test_the_demos_table_counts_what_plans_and_events_tell(homes: list[UUID], database: "Database") -> None:
    conn, tenant_id = database.connect("pipeline"), seed.tenant_id_of("demo")
    _record(conn, tenant_id, homes[0], [_step("regrid", "answered", 20_000), _step("fema_nfhl", "answered", 0)])
    _record(conn, tenant_id, homes[1], [_step("regrid", "not_found", 0), _step("fema_nfhl", "unavailable", 0)])
    _tell(conn, tenant_id, homes[2], [("regrid", "day_cap"), ("attom", "no_apn_or_address")])
    reader = SourceReader(database.url("app"))
    uses = {use.source: use for use in reader.uses("demo", NOW)}
    assert uses == {
        "fema_nfhl": SourceUse("fema_nfhl", 2, 1, 0, 1),
        "regrid": SourceUse("regrid", 2, 1, 1, 0, MicroUsd(20_000), MicroUsd(40_000), 1),
        "attom": SourceUse("attom", left=MicroUsd(0), skipped={"no_apn_or_address": 1}),
    }
    assert reader.uses("acme", NOW) == []
    assert {each.state for each in reader.providers(["demo"])} == {"closed"}
    assert (reader.loads(), reader.pairs("demo")) == ([], [])
    reader.close()


def _step(source: str, outcome: str, cost: int) -> dict[str, Any]:
    return {"source": source, "outcome": outcome, "cost_microusd": cost}


def _record(conn: Connection, tenant_id: UUID, property_id: UUID, steps: list[dict[str, Any]]) -> None:
    with tenant_transaction(conn, tenant_id):
        conn.execute(
            """insert into app.enrichment_plan (tenant_id, plan_id, property_id, run_id, planned_at, gaps, steps,
                                                cost_microusd) values (%s, %s, %s, %s, %s, '[]', %s, 0)""",
            (tenant_id, new_id(), property_id, new_id(), NOW, Jsonb(steps)),
        )


def _tell(conn: Connection, tenant_id: UUID, property_id: UUID, skipped: list[tuple[str, str]]) -> None:
    payload = {"skipped": [{"source": source, "reason": reason} for source, reason in skipped]}
    with tenant_transaction(conn, tenant_id):
        append(conn, [NewEvent(EventType.PROPERTY_ENRICHED, tenant_id, property_id, payload, new_id())])
