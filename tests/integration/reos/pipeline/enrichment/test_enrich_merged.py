"""Merged properties: nobody pays for an absorbed one; its survivor is asked about by its number, with its answers."""

from uuid import uuid4

from reos.db import tenant_transaction
from reos.pipeline import merge
from reos.pipeline.enrich_fetch import Sources
from reos_local.sandbox.attom_view import is_known
from reos_local.sandbox.county_view import attributes
from reos_local.sandbox.world import county_apns

SEED = 1
REQUIRED = ("SQFT_TOT_LIVING", "BEDROOMS", "YR_BUILT", "OWNER_NAME")


def lacking(apn):
    row = attributes(SEED, apn)
    return row["PROP_USE"] != "VACANT(SINGLE-FAMILY)" and not all(row[name] for name in REQUIRED)


SOLD = [apn for apn in county_apns(SEED, 400) if lacking(apn) and is_known(SEED, apn)]


def with_person(bench, action, survivor, absorbed):
    with tenant_transaction(bench.conn, bench.tenants[0]):
        person = merge.Person(uuid4(), bench.clock)
        action(bench.conn, bench.tenants[0], survivor, absorbed, reason="because", person=person)


def bought(bench):
    query = "select property_id from raw.attom_expanded_profile order by property_id"
    return [row["property_id"] for row in bench.rows(query)]


def prepared(bench):
    """Return a property known by an address of no source, and a parcel that only the paid source completes."""
    north, _ = bench.tenants
    bench.budget(north, 10_000_000)
    (house,) = bench.discover(north, [None], address_key="x", address_line="1 NOWHERE ST", county_fips=None)
    (parcel,) = bench.discover(north, SOLD[:1])
    return house, parcel


def test_the_survivor_is_asked_about_by_the_absorbed_parcel_and_the_absorbed_is_not(bench):
    house, parcel = prepared(bench)
    with_person(bench, merge.merge, house, parcel)
    report = bench.run()
    assert bought(bench) == [house]
    assert (report.properties, bench.queued()) == (1, 0)
    assert bench.rows("select property_id from raw.county_assessor_parcel") == [{"property_id": house}]


def test_what_was_bought_for_the_absorbed_is_not_bought_again(bench):
    house, parcel = prepared(bench)
    bench.run()
    assert bought(bench) == [parcel]
    requests = bench.requests()
    with_person(bench, merge.merge, house, parcel)
    bench.run()
    assert (bought(bench), bench.requests()) == ([parcel], requests)
    told = bench.events(house)[-1]
    assert told["payload"]["sources"] == ["attom", "county_assessor"]
    assert bench.stage(house) == "enriched"


def test_a_property_that_is_released_is_enriched_again(bench):
    house, parcel = prepared(bench)
    with_person(bench, merge.merge, house, parcel)
    bench.run()
    with_person(bench, merge.unmerge, house, parcel)
    bench.run()
    query = "select count(*) as n from raw.county_assessor_parcel where property_id = %s"
    assert bench.rows(query, parcel) == [{"n": 1}]


def test_a_merge_in_the_middle_of_a_batch_stops_the_purchase(bench, database, monkeypatch):
    """The free source is asked first; what is merged while it answers is not paid for."""
    house, parcel = prepared(bench)
    other = database.connect("pipeline")
    ask = Sources.ask

    def merging(sources, asked):
        if "county_assessor" in asked:
            with tenant_transaction(other, bench.tenants[0]):
                person = merge.Person(uuid4(), bench.clock)
                merge.merge(other, bench.tenants[0], house, parcel, reason="because", person=person)
        return ask(sources, asked)

    monkeypatch.setattr(Sources, "ask", merging)
    bench.run()
    assert bought(bench) == []
