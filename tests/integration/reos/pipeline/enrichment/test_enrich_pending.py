"""From discovery's events to landed answers, events and stages: what is asked, told, and not repeated."""

from datetime import timedelta
from uuid import uuid4

from reos_local.sandbox.attom_view import is_known
from reos_local.sandbox.county_view import attributes
from reos_local.sandbox.world import county_apns

SEED = 1
PRICE = 80_000
# Parcels by what the county's roll lacks; the sandbox's world is the same for everyone.
APNS = county_apns(SEED, 400)
REQUIRED = ("SQFT_TOT_LIVING", "BEDROOMS", "YR_BUILT", "OWNER_NAME")


def lacking(apn):
    row = attributes(SEED, apn)
    return row["PROP_USE"] != "VACANT(SINGLE-FAMILY)" and not all(row[name] for name in REQUIRED)


COMPLETE = [apn for apn in APNS if all(attributes(SEED, apn)[name] for name in REQUIRED)]
LACKING = [apn for apn in APNS if lacking(apn)]
KNOWN = [apn for apn in LACKING if is_known(SEED, apn)]


def everything(bench):
    raw = ("raw.county_assessor_parcel", "raw.attom_expanded_profile")
    app = ("app.provider_call", "app.event_log", "app.policy_decision", "app.budget_hold")
    return {table: bench.count(table) for table in (*raw, *app)}


def test_the_free_source_is_asked_about_all_and_the_paid_one_about_gaps(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    bench.discover(north, [*COMPLETE[:30], *KNOWN[:4]])
    report = bench.run()
    assert (report.properties, report.enriched, report.failed) == (34, 34, 0)
    assert (report.calls, report.records, report.raw_rows) == (1 + 4, 34 + 4, 38)
    assert report.cost_microusd == 4 * PRICE
    assert bench.count("raw.county_assessor_parcel") == 34
    assert bench.count("raw.attom_expanded_profile") == 4
    spent = bench.rows("select period, held_microusd as held, spent_microusd as spent from app.budget_usage")
    assert {(row["held"], row["spent"]) for row in spent} == {(0, 4 * PRICE)}


def test_an_event_tells_sources_cost_and_changes_and_continues_the_journey(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    complete, lacks = bench.discover(north, [COMPLETE[0], KNOWN[0]])
    bench.run()
    (event,) = bench.events(complete)
    payload = event["payload"]
    assert (payload["sources"], payload["cost_microusd"], payload["missing"]) == (["county_assessor"], 0, ["zoning"])
    assert payload["fields_changed"] >= 15
    assert set(payload) == {
        *("property_id", "sources", "fields_changed", "cost_microusd", "body_sha256", "missing"),
    }
    (bought,) = bench.events(lacks)
    assert bought["payload"]["sources"] == ["attom", "county_assessor"]
    assert bought["payload"]["cost_microusd"] == PRICE
    (cause,) = bench.rows("select * from app.event_log where property_id = %s and subject like '%%intake'", complete)
    assert (event["correlation_id"], event["causation_id"]) == (cause["correlation_id"], cause["event_id"])
    assert event["event_type"] == "property.enriched"
    assert bench.stage(complete) == bench.stage(lacks) == "enriched"


def test_the_body_lands_verbatim_with_where_it_came_from(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    bench.discover(north, [KNOWN[0]])
    bench.run()
    (parcel,) = bench.rows("select * from raw.county_assessor_parcel")
    assert parcel["body"] == attributes(SEED, KNOWN[0])
    assert (parcel["licence"], parcel["cost_microusd"], parcel["http_status"]) == ("public", 0, 200)
    assert (parcel["logical_date"].isoformat(), parcel["fetched_at"]) == ("2026-11-24", bench.clock.now())
    (profile,) = bench.rows("select * from raw.attom_expanded_profile")
    assert (profile["licence"], profile["cost_microusd"]) == ("licensed", PRICE)
    assert profile["body"]["identifier"]["fips"] == "53033"
    assert (len(profile["body_sha256"]), len(profile["request_hash"])) == (32, 32)


def test_a_second_run_with_nothing_new_does_nothing(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    bench.discover(north, [*COMPLETE[:20], *LACKING[:5]])
    bench.run()
    before, sent = everything(bench), bench.requests()
    report = bench.run()
    assert (report.events_claimed, report.properties, report.calls, report.raw_rows) == (0, 0, 0, 0)
    assert (everything(bench), bench.requests()) == (before, sent)
    assert bench.queued() == 0


def test_news_about_a_property_whose_facts_are_fresh_asks_nobody_and_tells_nothing(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    ids = bench.discover(north, [COMPLETE[0], *LACKING[:3]])
    bench.run()
    before, sent = bench.count("app.event_log"), bench.requests()
    bench.tell_again(north, ids)
    report = bench.run()
    assert (report.events_claimed, report.properties, report.calls) == (4, 4, 0)
    assert bench.count("app.event_log") == before + 4
    assert bench.requests() == sent


def test_a_county_answer_goes_stale_after_thirty_days_and_a_fact_that_was_bought_after_its_own_limit(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    ids = bench.discover(north, [KNOWN[0]])
    bench.run()
    bench.clock.instant += timedelta(days=31)
    bench.tell_again(north, ids)
    report = bench.run()
    assert (report.calls, report.raw_rows, report.cost_microusd) == (1, 1, 0)
    assert len(bench.events(ids[0])) == 1, "the same answer is no news"
    bench.clock.instant += timedelta(days=300)
    bench.tell_again(north, ids)
    assert bench.run().cost_microusd == 0, "the bought facts are good for a year"
    bench.clock.instant += timedelta(days=400)
    bench.tell_again(north, ids)
    assert bench.run().cost_microusd == PRICE


def test_what_the_paid_source_does_not_know_is_not_asked_again_for_a_month(bench):
    unknown = [apn for apn in county_apns(SEED, 4000) if lacking(apn) and not is_known(SEED, apn)]
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    ids = bench.discover(north, unknown[:1])
    assert bench.run().calls == 2
    (event,) = bench.events()
    assert event["payload"]["skipped"] == [{"source": "attom", "reason": "not_found"}]
    assert event["payload"]["missing"]
    bench.tell_again(north, ids)
    assert bench.run().calls == 0
    bench.clock.instant += timedelta(days=31)
    bench.tell_again(north, ids)
    assert bench.run().calls == 2


def test_an_import_that_knows_the_facts_spares_the_purchase(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    (property_id,) = bench.discover(north, [KNOWN[0]])
    body = '{"living_sqft": 1000, "beds": 2, "year_built": 1950, "owner_name": "X"}'
    bench.rows(
        """insert into raw.import_record (tenant_id, property_id, logical_date, fetched_at, licence, body, body_sha256,
                                          batch_id, line, profile, record_key)
           values (%s, %s, '2026-11-24', now(), 'user', %s, sha256('x'), %s, 1, 'generic', 'roll') returning raw_id""",
        *(north, property_id, body, uuid4()),
    )
    assert bench.run().cost_microusd == 0


def test_a_property_that_nobody_can_look_up_is_enriched_with_nothing_and_says_why(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    (property_id,) = bench.discover(north, ["77"], county_fips="06001")
    bench.rows("update app.property set apn = null, apn_key = null, address_key = 'x' where true returning 1 as one")
    bench.run()
    (event,) = bench.events(property_id)
    assert (event["payload"]["sources"], event["payload"]["fields_changed"]) == ([], 0)
    assert event["payload"]["skipped"] == [
        {"source": "attom", "reason": "no_apn_or_address"},
        {"source": "county_assessor", "reason": "no_apn"},
    ]
    assert bench.stage(property_id) == "enriched"


def test_an_address_alone_is_looked_up_at_the_paid_source(bench):
    row = attributes(SEED, COMPLETE[0])
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    place = {"address_line": row["SITUS_ADDR"], "city": row["SITUS_CITY"], "zip5": row["ZIP5"].strip()}
    (property_id,) = bench.discover(north, [None], address_key="x", **place | {"county_fips": None})
    bench.run()
    assert bench.events(property_id)[0]["payload"]["sources"] == ["attom"]


def test_a_deleted_property_leaves_the_queue_in_silence(bench):
    north, _ = bench.tenants
    bench.discover(north, COMPLETE[:1])
    bench.rows("update app.property set deleted_at = now() where true returning 1 as one")
    assert bench.run().properties == 0
    assert (bench.events(), bench.queued(), bench.requests()) == ([], 0, 0)


def test_a_rerun_replaces_its_logical_date_and_asks_again_only_when_told_to(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    ids = bench.discover(north, [KNOWN[0]])
    bench.run()
    assert bench.rerun(north, ids).calls == 0
    report = bench.rerun(north, ids, force=True)
    assert (report.calls, report.cost_microusd, report.raw_rows) == (2, PRICE, 0)
    earlier = bench.clock.now().date() - timedelta(days=3)
    assert bench.rerun(north, ids, force=True, logical_date=earlier).raw_rows == 2
    assert bench.count("raw.county_assessor_parcel") == 2
    assert len(bench.events()) == 1


def test_every_use_of_a_source_is_decided_and_recorded(bench):
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    bench.discover(north, [COMPLETE[0], KNOWN[0]])
    bench.run(limit=1)
    decisions = bench.rows("select action, allow, resource from app.policy_decision order by resource ->> 'id', action")
    assert [(each["action"], each["allow"], each["resource"]["id"]) for each in decisions] == [
        ("budget:spend", True, "attom"),
        ("sources:fetch", True, "attom"),
        ("sources:fetch", True, "county_assessor"),
    ]
