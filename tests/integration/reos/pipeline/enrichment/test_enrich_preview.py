"""The plan before it runs: it asks nobody, writes nothing, and says what a run then does and costs."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from reos.core.errors import InvalidInputError
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline.enrich_preview import PlanPreview, preview
from reos_local.sandbox.attom_view import is_known
from reos_local.sandbox.county_view import attributes
from reos_local.sandbox.world import county_apns

SEED = 1
CHEAP, DEAR = 20_000, 80_000
NEEDED = ("SQFT_TOT_LIVING", "BEDROOMS", "YR_BUILT", "OWNER_NAME")
TOLD = ("app.enrichment_plan", "app.policy_decision", "app.provider_call", "app.event_log", "app.budget_hold")


def whole(apn: str) -> bool:
    row = attributes(SEED, apn)
    return row["PROP_USE"] != "VACANT(SINGLE-FAMILY)" and all(row[name] for name in NEEDED) and is_known(SEED, apn)


COMPLETE = [apn for apn in county_apns(SEED, 200) if whole(apn)]


@pytest.fixture
def rich(bench: Any) -> Any:
    bench.sources = ("county_assessor", "fema_nfhl", "regrid", "attom", "attom_avm")
    for provider in ("attom", "regrid"):
        bench.budget(bench.tenants[0], 10_000_000, provider=provider)
    return bench


@pytest.fixture
def app(database: Any) -> Connection:
    conn: Connection = database.connect("app")
    return conn


def previewed(bench: Any, conn: Connection, ids: list[Any], **more: Any) -> PlanPreview:
    given = {"settings": bench.settings(), "clock": bench.clock, **more}
    return preview(conn, bench.tenants[0], ids, **given)


def words(made: PlanPreview, number: int = 0) -> list[str]:
    return [step.reason for step in made.plans[number].steps]


def costs(made: PlanPreview) -> dict[str, tuple[int, int]]:
    return {each.source: (each.asks, each.asks_at_most) for each in made.sources}


def test_a_preview_writes_nothing_and_asks_nobody(rich: Any, app: Connection) -> None:
    ids = rich.discover(rich.tenants[0], COMPLETE[:3])
    before = {table: rich.count(table) for table in TOLD}
    previewed(rich, app, ids)
    assert ({table: rich.count(table) for table in TOLD}, rich.requests()) == (before, 0)


def test_the_run_does_what_the_preview_said(rich: Any, app: Connection) -> None:
    ids = rich.discover(rich.tenants[0], COMPLETE[:4])
    made = previewed(rich, app, ids)
    assert (made.properties, made.cost_microusd, made.cost_at_most_microusd) == (4, 4 * CHEAP, 4 * (CHEAP + DEAR))
    assert costs(made)["regrid"] == (4, 4)
    assert costs(made)["attom"] == (0, 4)
    assert "Regrid because zoning is missing, $0.02" in words(made)
    assert rich.run().cost_microusd == 4 * CHEAP
    after = previewed(rich, app, ids)
    assert (after.cost_microusd, after.cost_at_most_microusd) == (0, 0)
    assert "Regrid not asked again: its answer is fresh" in words(after)


def test_the_cost_at_most_stays_within_the_budgets(rich: Any, app: Connection) -> None:
    _, south = rich.tenants
    rich.budget(south, DEAR, provider="attom")
    rich.budget(south, 2 * CHEAP, provider="regrid")
    ids = rich.discover(south, COMPLETE[:4])
    made = preview(app, south, ids, settings=rich.settings(), clock=rich.clock)
    assert (made.cost_microusd, made.cost_at_most_microusd) == (2 * CHEAP, 2 * CHEAP + DEAR)
    (regrid,) = [each for each in made.sources if each.source == "regrid"]
    assert (regrid.asks, regrid.skipped, regrid.budget_left_microusd) == (2, {"budget": 2}, 2 * CHEAP)
    assert "Regrid skipped: budget" in words(made, 3)


def test_a_process_without_keys_plans_with_the_sources_that_the_pipeline_has(rich: Any, app: Connection) -> None:
    ids = rich.discover(rich.tenants[0], COMPLETE[:1])
    bare = rich.settings().model_copy(update={"attom_api_key": None, "regrid_token": None})
    assert costs(previewed(rich, app, ids, settings=bare))["regrid"] == (0, 0)
    assert "Regrid skipped: this installation has no key for it" in words(previewed(rich, app, ids, settings=bare))
    rich.run()
    fresh = rich.discover(rich.tenants[0], COMPLETE[1:2])
    assert costs(previewed(rich, app, fresh, settings=bare))["regrid"] == (1, 1)


def test_a_source_that_is_down_is_waited_for_in_the_preview_too(rich: Any, app: Connection) -> None:
    rich.discover(rich.tenants[0], COMPLETE[:6])
    rich.fault("county", "500", rate=1.0)
    for _ in range(3):
        rich.run()
    ids = rich.discover(rich.tenants[0], COMPLETE[6:7])
    made = previewed(rich, app, ids)
    assert any("County assessor skipped" in each for each in words(made))
    assert any("it waits for county assessor" in each for each in words(made))


def test_properties_of_others_and_too_many_are_told(rich: Any, app: Connection) -> None:
    north, south = rich.tenants
    (ours,) = rich.discover(north, COMPLETE[:1])
    (theirs,) = rich.discover(south, COMPLETE[:1])
    made = previewed(rich, app, [ours, theirs, ours])
    assert (made.properties, made.unknown) == (1, (theirs,))
    with pytest.raises(InvalidInputError, match="501 properties"):
        previewed(rich, app, [uuid4() for _ in range(501)])


def test_force_plans_as_if_nothing_had_been_asked(rich: Any, app: Connection) -> None:
    ids = rich.discover(rich.tenants[0], COMPLETE[:1])
    rich.run()
    assert previewed(rich, app, ids, force=True).cost_microusd == CHEAP
    with tenant_transaction(rich.conn, rich.tenants[0]):
        assert rich.conn.execute("select count(*) as n from app.enrichment_plan").fetchone()["n"] == 1


def test_secrets_are_not_in_a_preview(rich: Any, app: Connection) -> None:
    ids = rich.discover(rich.tenants[0], COMPLETE[:1])
    named = rich.settings().model_copy(update={"attom_api_key": SecretStr("very-secret")})
    assert "very-secret" not in repr(previewed(rich, app, ids, settings=named))
