"""Several sources at work: each is asked for what it alone or most cheaply fills, and the plan of it is on record."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from reos.address import block_key, parse
from reos.connectors import registry
from reos.core.settings import Settings
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos_local.sandbox.attom_view import is_known
from reos_local.sandbox.county_view import attributes
from reos_local.sandbox.world import county_apns

SEED = 1
CHEAP, DEAR = 20_000, 80_000
HOUSE = ("SQFT_TOT_LIVING", "BEDROOMS", "YR_BUILT")
ALL = ("county_assessor", "fema_nfhl", "regrid", "attom", "attom_basic_profile", "attom_avm")


def told(apn: str, *columns: str) -> bool:
    row = attributes(SEED, apn)
    return row["PROP_USE"] != "VACANT(SINGLE-FAMILY)" and all(row[name] for name in columns)


APNS = county_apns(SEED, 1500)
COMPLETE = [apn for apn in APNS if told(apn, *HOUSE, "OWNER_NAME")]
NO_BEDS = [apn for apn in APNS if told(apn, "SQFT_TOT_LIVING", "YR_BUILT", "OWNER_NAME") and not told(apn, "BEDROOMS")]


@pytest.fixture
def rich(bench: Any) -> Any:
    """Return the bench with all sources and money for them."""
    bench.sources = ALL
    for provider in ("attom", "regrid"):
        bench.budget(bench.tenants[0], 10_000_000, provider=provider)
    return bench


def plans(bench: Any, property_id: Any = None) -> list[dict[str, Any]]:
    query = (
        """select * from app.enrichment_plan where %s::uuid is null or property_id = %s order by planned_at, plan_id"""
    )
    found: list[dict[str, Any]] = bench.rows(query, property_id, property_id)
    return found


def asked(plan: dict[str, Any]) -> dict[str, str]:
    return {step["source"]: step["outcome"] for step in plan["steps"] if "outcome" in step}


def test_each_source_fills_what_it_alone_knows(rich: Any) -> None:
    north, _ = rich.tenants
    (house,) = rich.discover(north, COMPLETE[:1])
    report = rich.run()
    assert (report.cost_microusd, report.failed) == (CHEAP, 0)
    payload = rich.events(house)[-1]["payload"]
    assert payload["sources"] == ["county_assessor", "fema_nfhl", "regrid"]
    (plan,) = plans(rich, house)
    assert asked(plan) == dict.fromkeys(payload["sources"], "answered")
    words = {step["source"]: step["reason"] for step in plan["steps"]}
    assert words["regrid"] == "Regrid because zoning is missing, $0.02"
    assert words["attom"] == "ATTOM skipped: nothing is missing that is worth asking it for"
    assert plan["cost_microusd"] == CHEAP
    assert {"fact": "zoning", "required": True, "age_days": None} in plan["gaps"]


def test_a_point_that_the_county_gives_is_asked_about_in_the_same_run(rich: Any) -> None:
    north, _ = rich.tenants
    (house,) = rich.discover(north, COMPLETE[:1])
    rich.run()
    order = [step["source"] for step in plans(rich, house)[0]["steps"] if "outcome" in step]
    assert order == ["county_assessor", "fema_nfhl", "regrid"]


def test_what_no_cheap_source_fills_is_bought_from_the_dear_one_in_the_same_round(rich: Any) -> None:
    north, _ = rich.tenants
    apn = next(apn for apn in NO_BEDS if is_known(SEED, apn))
    (house,) = rich.discover(north, [apn])
    assert rich.run().cost_microusd == CHEAP + DEAR
    assert {"regrid", "attom"} <= asked(plans(rich, house)[0]).keys()
    assert rich.events(house)[-1]["payload"]["missing"] == []


def test_nothing_is_asked_told_or_planned_again_while_it_is_fresh(rich: Any) -> None:
    north, _ = rich.tenants
    ids = rich.discover(north, [*COMPLETE[:5], *NO_BEDS[:2]])
    rich.run()
    before, sent = len(plans(rich)), rich.requests()
    rich.tell_again(north, ids)
    assert rich.run().cost_microusd == 0
    assert (len(plans(rich)), rich.requests()) == (before, sent)


def test_a_budget_that_runs_out_for_one_provider_stops_that_provider_only(rich: Any) -> None:
    _, south = rich.tenants
    rich.budget(south, 3 * CHEAP, provider="regrid")
    rich.budget(south, 10 * DEAR, provider="attom")
    beds = [apn for apn in NO_BEDS if is_known(SEED, apn)]
    rich.discover(south, [*COMPLETE[:5], beds[0]])
    report = rich.run()
    assert report.cost_microusd == 3 * CHEAP + DEAR
    assert report.skipped == {"regrid: day_cap": 3}
    assert rich.count("app.dirty_property where model = 'enrichment:regrid'") == 3
    refused = rich.rows("select allow, resource ->> 'id' as provider from app.policy_decision where not allow")
    assert refused == [{"allow": False, "provider": "regrid"}]
    rich.clock.instant += timedelta(days=1)
    report = rich.run()
    assert (report.recalled, report.skipped.get("regrid: day_cap")) == (3, None)
    assert rich.count("app.dirty_property where model like 'enrichment%%'") == 0


def test_the_dear_source_stands_in_for_a_cheap_one_whose_key_is_refused(rich: Any, monkeypatch: Any) -> None:
    north, _ = rich.tenants
    apn = next(apn for apn in APNS if told(apn, *HOUSE) and not told(apn, "OWNER_NAME") and is_known(SEED, apn))
    (house,) = rich.discover(north, [apn])
    settings = rich.settings
    monkeypatch.setattr(rich, "settings", lambda: _with_token(settings(), "wrong"))
    report = rich.run()
    assert report.cost_microusd == DEAR
    assert asked(plans(rich, house)[0])["regrid"] == "auth"
    payload = rich.events(house)[-1]["payload"]
    assert (payload["failed"][0]["source"], payload["missing"]) == ("regrid", ["zoning"])


def test_the_dear_source_waits_for_a_cheap_one_that_is_merely_down(rich: Any) -> None:
    north, _ = rich.tenants
    apn = next(apn for apn in APNS if told(apn, *HOUSE) and not told(apn, "OWNER_NAME") and is_known(SEED, apn))
    rich.discover(north, [apn])
    rich.fault("regrid", "500")
    report = rich.run()
    assert (report.cost_microusd, report.skipped, rich.queued()) == (0, {"attom: waits_for_regrid": 1}, 1)
    rich.no_faults()
    assert (rich.run().cost_microusd, rich.queued()) == (CHEAP, 0)


def test_a_provider_that_is_down_is_not_asked_by_the_next_run_either(rich: Any) -> None:
    north, _ = rich.tenants
    rich.discover(north, COMPLETE[:8])
    rich.fault("regrid", "500")
    rich.run()
    assert [row["state"] for row in rich.rows("select state from app.provider_health where provider = 'regrid'")]
    rich.fault("regrid", "500")
    before = rich.requests()
    rich.run()
    assert rich.requests() == before, "all that is due is Regrid's, and it is left alone"


def test_plans_are_for_good_and_for_their_tenant_alone(rich: Any, database: Any) -> None:
    north, south = rich.tenants
    rich.discover(north, COMPLETE[:1])
    rich.run()
    with pytest.raises(Exception, match=r"permission denied|append-only"), tenant_transaction(rich.conn, north):
        rich.conn.execute("update app.enrichment_plan set cost_microusd = 0")
    app: Connection = database.connect("app")
    for tenant, seen in ((north, 1), (south, 0)):
        with tenant_transaction(app, tenant):
            assert len(app.execute("select from app.enrichment_plan").fetchall()) == seen


def test_a_recorded_plan_is_plain_json(rich: Any) -> None:
    rich.discover(rich.tenants[0], NO_BEDS[:1])
    rich.run()
    step = plans(rich)[0]["steps"][0]
    assert json.loads(json.dumps(step)) == step
    assert {"source", "provider", "choice", "code", "facts", "price_microusd", "reason"} <= step.keys()


def test_every_source_that_exists_can_be_planned_with(bench: Any) -> None:
    bench.sources = tuple(registry.SPECS)
    bench.budget(bench.tenants[0], 10_000_000)
    (house,) = bench.discover(bench.tenants[0], COMPLETE[:1])
    bench.run()
    assert {step["source"] for step in plans(bench, house)[0]["steps"]} == set(registry.SPECS)


def _with_token(settings: Settings, token: str) -> Settings:
    return settings.model_copy(update={"regrid_token": SecretStr(token)})


def test_nothing_is_bought_for_a_home_that_a_free_answer_shows_to_be_another(rich: Any) -> None:
    north, _ = rich.tenants
    row = attributes(SEED, COMPLETE[0])
    read = parse(row["SITUS_ADDR"], city=row["SITUS_CITY"], state="WA", zip_code=row["ZIP5"].strip())
    place = {"address_line": read.line, "city": read.components.city, "zip5": read.components.zip5}
    keys = {"address_key": read.address_key, "address_block": block_key(read.components)}
    (twin,) = rich.discover(north, [None], **place, **keys, county_fips=None)
    (home,) = rich.discover(north, COMPLETE[:1])
    report = rich.run()
    merged = rich.rows("select absorbed_id, survivor_id from app.property_merge")
    assert [{row["absorbed_id"], row["survivor_id"]} for row in merged] == [{home, twin}]
    assert rich.run().cost_microusd + report.cost_microusd == CHEAP, "one record for one home"
    assert rich.run().properties == 0


def test_what_was_paid_for_a_property_that_was_merged_meanwhile_is_on_record(rich: Any) -> None:
    rich.discover(rich.tenants[0], COMPLETE[:3])
    rich.run()
    ledger = rich.rows("select sum(cost_microusd)::bigint as cost from app.provider_call")
    recorded = rich.rows("select sum(cost_microusd)::bigint as cost from app.enrichment_plan")
    assert ledger == recorded
