"""When providers, budgets or we ourselves fail: nothing is lost, nothing is paid twice, and it is told once."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from reos.connectors.county_assessor.client import CountyAssessor
from reos.core.errors import ConflictError
from reos.db import tenant_transaction, transaction
from reos.pipeline import enrich_ask, enrich_batch
from reos.pipeline.enrich import EnrichmentIncompleteError
from reos.pipeline.work_queue import ENRICHMENT
from reos_local.sandbox.attom_view import is_known
from reos_local.sandbox.county_view import attributes
from reos_local.sandbox.world import county_apns

SEED = 1
PRICE = 80_000
REQUIRED = ("SQFT_TOT_LIVING", "BEDROOMS", "YR_BUILT", "OWNER_NAME")


def lacks(apn):
    row = attributes(SEED, apn)
    return row["PROP_USE"] != "VACANT(SINGLE-FAMILY)" and not all(row[name] for name in REQUIRED)


KNOWN = [apn for apn in county_apns(SEED, 1500) if lacks(apn) and is_known(SEED, apn)]
APNS = county_apns(SEED, 40)


def kinds(bench, property_id=None):
    return [event["event_type"].removeprefix("property.") for event in bench.events(property_id)]


@pytest.mark.parametrize("fault", ["500", "429", "malformed", "schema_drift", "error_in_200"])
def test_while_the_county_is_down_properties_wait_and_say_so_once(bench, fault):
    north, _ = bench.tenants
    ids = bench.discover(north, APNS[:12])
    bench.fault("county", fault)
    report = bench.run()
    assert (report.failed, report.enriched, bench.queued()) == (12, 0, 12)
    assert kinds(bench) == ["enrichment_failed"] * 12
    reason = "schema_drift" if fault == "schema_drift" else {"429": "rate_limited"}.get(fault, "unavailable")
    assert {event["payload"]["reason"] for event in bench.events()} == {f"county_assessor: {reason}"}
    assert bench.run().failed == 12
    assert len(bench.events()) == 12, "told once"
    assert {bench.stage(each) for each in ids} == {"discovered"}
    bench.no_faults()
    assert bench.run().enriched == 12
    assert (kinds(bench, ids[0]), bench.queued()) == (["enrichment_failed", "enriched"], 0)
    assert bench.run().properties == 0


def test_drift_names_the_column_in_the_event(bench):
    north, _ = bench.tenants
    bench.discover(north, APNS[:1])
    bench.fault("county", "schema_drift")
    bench.run()
    (failure,) = bench.events()[0]["payload"]["failed"]
    assert "SQFT_TOT_LIVING" in failure["detail"]


def test_money_is_not_spent_because_a_free_source_is_down(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    bench.discover(north, KNOWN[:5])
    bench.fault("county", "500")
    report = bench.run()
    assert (report.cost_microusd, report.skipped) == (0, {"attom: waits_for_county_assessor": 5})


def test_a_source_that_needs_a_person_is_replaced_by_the_paid_one(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    (property_id,) = bench.discover(north, KNOWN[:1])
    bench.fault("county", "schema_drift")
    bench.run()
    payload = bench.events(property_id)[0]["payload"]
    assert (payload["sources"], payload["cost_microusd"]) == (["attom"], PRICE)
    assert [failure["source"] for failure in payload["failed"]] == ["county_assessor"]
    assert (bench.stage(property_id), bench.queued()) == ("enriched", 1)
    bench.no_faults()
    report = bench.run()
    assert (report.cost_microusd, report.raw_rows, bench.queued()) == (0, 1, 0)
    assert bench.events(property_id)[-1]["payload"]["sources"] == ["attom", "county_assessor"]


def test_a_provider_that_is_down_is_left_alone_after_a_few_tries(bench):
    north, _ = bench.tenants
    bench.discover(north, county_apns(SEED, 2400))
    bench.fault("county", "500")
    report = bench.run(limit=2400)
    assert report.failed == 2400
    assert report.calls <= 6, "twelve queries were due"


def test_a_budget_that_runs_out_is_no_error_and_is_said(bench):
    north, _ = bench.tenants
    bench.budget(north, 3 * PRICE + 1)
    bench.discover(north, KNOWN[:8])
    report = bench.run()
    assert (report.cost_microusd, report.failed, report.enriched) == (3 * PRICE, 0, 8)
    assert report.skipped["attom: day_cap"] == 5
    refused = [event["payload"] for event in bench.events() if "skipped" in event["payload"]]
    assert [payload["skipped"] for payload in refused] == [[{"source": "attom", "reason": "day_cap"}]] * 5
    assert all(payload["missing"] for payload in refused)
    assert bench.queued() == 0


def test_without_a_budget_or_a_key_the_paid_source_is_skipped(bench):
    north, _ = bench.tenants
    bench.discover(north, KNOWN[:1])
    assert bench.run().skipped == {"attom: no_budget": 1}
    bench.attom_key = None
    bench.discover(north, KNOWN[1:2])
    assert bench.run().skipped == {"attom: not_configured": 1}


def test_a_wrong_key_stops_the_source_after_one_call(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    bench.attom_key = "wrong"
    bench.discover(north, KNOWN[:6])
    report = bench.run()
    assert (report.calls, report.cost_microusd, report.failed) == (2, 0, 6)
    assert "wrong" not in str(bench.events()) + str(bench.rows("select error from app.provider_call"))
    usage = bench.rows("select held_microusd as held, spent_microusd as spent from app.budget_usage")
    assert {(row["held"], row["spent"]) for row in usage} == {(0, 0)}
    assert bench.count("app.budget_hold") == 1


@pytest.mark.parametrize("fault", ["malformed", "schema_drift"])
def test_an_unusable_answer_is_paid_for_once_and_stops_the_purchase(bench, fault):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    bench.discover(north, KNOWN[:4])
    bench.fault("attom", fault, count=1)
    report = bench.run()
    expected = {"malformed": (4, 1), "schema_drift": (1, 4)}[fault]
    assert (report.cost_microusd // PRICE, report.failed) == expected
    ledger = bench.rows("select sum(cost_microusd) as cost from app.provider_call")[0]["cost"]
    spent = bench.rows("select spent_microusd as spent from app.budget_usage")
    assert {row["spent"] for row in spent} == {ledger}
    kept = bench.rows("select count(*) as n from raw.attom_expanded_profile")[0]["n"]
    assert kept == {"malformed": 3, "schema_drift": 1}[fault]


def test_a_record_that_cannot_be_read_is_read_again_before_it_is_bought_again(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    bench.discover(north, KNOWN[:1])
    bench.fault("attom", "schema_drift")
    bench.run()
    bench.no_faults()
    report = bench.run()
    assert (report.calls, report.failed, bench.queued()) == (0, 1, 1)
    bench.clock.instant += timedelta(days=1)
    report = bench.run()
    assert (report.cost_microusd, report.failed, bench.queued()) == (PRICE, 0, 0)


def test_a_source_that_policy_forbids_is_not_called(bench, monkeypatch):
    monkeypatch.setattr(CountyAssessor, "spec", replace(CountyAssessor.spec, licence="prohibited"))
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    bench.attom_key = None
    bench.discover(north, APNS[:2])
    report = bench.run()
    assert (report.calls, bench.requests()) == (0, 0)
    assert report.skipped["county_assessor: policy_prohibited-source"] == 2
    decided = bench.rows("select resource ->> 'id' as source, allow from app.policy_decision order by 1")
    assert [(row["source"], row["allow"]) for row in decided] == [("county_assessor", False)]


def test_a_lost_database_ends_the_run_and_the_next_one_goes_on(bench, database, monkeypatch):
    north, south = bench.tenants
    bench.discover(north, APNS[:2])
    bench.discover(south, APNS[:2])

    def lose(*_):
        bench.conn.close()
        raise RuntimeError("server closed the connection")

    monkeypatch.setattr(enrich_batch, "publish", lose)
    with pytest.raises(EnrichmentIncompleteError, match="1 of 2 tenants"):
        bench.run()
    monkeypatch.undo()
    bench.conn = database.connect("pipeline")
    assert bench.run().enriched == 4


def test_one_tenants_trouble_does_not_stop_another(bench, monkeypatch):
    north, south = bench.tenants
    bench.discover(north, APNS[:5])
    bench.discover(south, APNS[:5])
    land = enrich_ask.land

    def fail_for_north(conn, tenant_id, *more):
        if tenant_id == min(north, south):
            raise RuntimeError("disk full")
        return land(conn, tenant_id, *more)

    monkeypatch.setattr(enrich_ask, "land", fail_for_north)
    with pytest.raises(EnrichmentIncompleteError, match=r"1 of 2 tenants.*disk full") as broken:
        bench.run()
    assert broken.value.context["report"].enriched == 5
    assert bench.queued() == 5
    monkeypatch.undo()
    assert bench.run().enriched == 5


@pytest.mark.parametrize(("module", "point"), [(enrich_ask, "land"), (enrich_batch, "publish")])
def test_a_crash_at_any_point_loses_nothing_and_pays_nothing_twice(bench, monkeypatch, module, point):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    bench.discover(north, [*APNS[:5], KNOWN[0]])

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, point, crash)
    with pytest.raises(KeyboardInterrupt):
        bench.run()
    monkeypatch.undo()
    assert bench.queued() == 6
    assert kinds(bench) == []
    report = bench.run()
    assert (report.enriched, bench.queued()) == (6, 0)
    assert bench.rows("select sum(cost_microusd)::int as cost from app.provider_call") == [{"cost": PRICE}]
    payloads = [event["payload"] for event in bench.events()]
    assert sum(payload["cost_microusd"] for payload in payloads) == PRICE
    assert all(payload["fields_changed"] > 10 for payload in payloads)


def test_tenants_see_their_own_answers_only(bench, database):
    north, south = bench.tenants
    bench.discover(north, APNS[:3])
    bench.discover(south, APNS[:2])
    bench.run()
    app = database.connect("app")
    with tenant_transaction(app, south):
        assert app.execute("select count(*) as n from raw.county_assessor_parcel").fetchone()["n"] == 2


def test_two_runs_at_once_do_not_do_the_same_work(bench, database):
    north, _ = bench.tenants
    ids = bench.discover(north, APNS[:5])
    other = database.connect("pipeline")
    with transaction(other):
        other.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (f"reos.enrichment:{north}",))
    report = bench.run()
    assert (report.busy_tenants, report.properties, bench.queued()) == ([north], 0, 5)
    with pytest.raises(ConflictError):
        bench.rerun(north, ids)
    other.close()
    deadline = threading.Event()
    for _ in range(50):
        if bench.run().enriched:
            break
        deadline.wait(0.05)
    assert bench.queued() == 0


def test_a_run_can_be_limited_and_the_rest_waits(bench):
    north, south = bench.tenants
    bench.discover(north, APNS[:4])
    bench.discover(south, APNS[:4])
    assert bench.run(limit=2, max_batches=3).properties == 6
    assert bench.queued() == 2
    assert bench.run().properties == 2


def test_what_a_direct_run_cannot_do_is_left_to_the_sweep(bench):
    north, _ = bench.tenants
    ids = bench.discover(north, APNS[:2])
    while ENRICHMENT.claim(bench.conn, 100):
        pass
    bench.rows("delete from app.dirty_property where true returning dirty_id")
    bench.fault("county", "500")
    assert bench.rerun(north, [*ids, *ids]).failed == 2
    assert bench.queued() == 2
    bench.no_faults()
    assert bench.run().enriched == 2
