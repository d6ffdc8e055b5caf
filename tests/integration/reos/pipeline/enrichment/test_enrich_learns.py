"""What enrichment finds out is known to matching: a lead that names the home the other way finds the same property."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from reos.connectors.attom.mapping import named
from reos.connectors.stated import stated_parcel
from reos.db.connection import Connection
from reos.pipeline import import_leads
from reos.pipeline.discover import Discovered, Lead, Outcome, discover
from reos.pipeline.enrich_fetch import Sources
from reos.pipeline.settle_matches import SettleReport, settle_matches
from reos_local.sandbox.attom_view import is_known, profile_of
from reos_local.sandbox.county_view import attributes
from reos_local.sandbox.world import county_apns

if TYPE_CHECKING:
    from tests.integration.conftest import Database

SEED = 1
KING = "53033"
WANTED = ("SQFT_TOT_LIVING", "BEDROOMS", "YR_BUILT", "OWNER_NAME")


def is_sold(apn: str) -> bool:
    """Tell whether the paid source is asked about the parcel, and answers."""
    row = attributes(SEED, apn)
    lacks = row["PROP_USE"] != "VACANT(SINGLE-FAMILY)" and not all(row[name] for name in WANTED)
    return lacks and is_known(SEED, apn)


APN, OTHER_APN = [apn for apn in county_apns(SEED, 400) if is_sold(apn)][:2]


@pytest.fixture
def superuser(database: "Database") -> Connection:
    return database.connect("superuser", autocommit=True)


def situs(apn: str) -> Lead:
    """Return the lead of the address that the county's roll gives the parcel."""
    row = attributes(SEED, apn)
    return Lead(address=row["SITUS_ADDR"], state="WA", zip_code=row["ZIP5"].strip())


def take(bench: Any, lead: Lead, tenant_id: UUID | None = None) -> Discovered:
    (found,) = discover(bench.conn, tenant_id or bench.tenants[0], [lead], clock=bench.clock, correlation_id=uuid4())
    return found


def take_file(bench: Any, folder: Path, *rows: str) -> import_leads.ImportReport:
    path = folder / f"{uuid4()}.csv"
    path.write_text("apn,county_fips,address,state,zip\n" + "".join(f"{row}\n" for row in rows))
    return import_leads.import_file(bench.conn, bench.tenants[0], path, "generic", clock=bench.clock)


def standing(bench: Any) -> list[UUID]:
    rows = bench.rows("select property_id from app.property where merged_into is null order by created_at, property_id")
    return [row["property_id"] for row in rows]


def test_a_parcel_that_came_without_an_address_is_found_by_the_one_that_the_county_gives(bench: Any) -> None:
    parcel = take(bench, Lead(apn=APN, county_fips=KING))
    bench.run()
    found = take(bench, situs(APN))
    assert (found.property_id, found.created, found.outcome) == (parcel.property_id, False, Outcome.UPDATED)
    assert standing(bench) == [parcel.property_id]
    assert take(bench, situs(APN), bench.tenants[1]).created


def test_an_address_and_a_parcel_that_turn_out_to_be_one_are_merged_and_not_both_told(bench: Any) -> None:
    parcel, house = take(bench, Lead(apn=APN, county_fips=KING)), take(bench, situs(APN))
    assert house.created
    bench.run()
    assert standing(bench) == [parcel.property_id]
    (merged,) = bench.rows("select payload from app.event_log where event_type = 'property.merged'")
    assert merged["payload"]["absorbed_id"] == str(house.property_id)
    assert {event["property_id"] for event in bench.events()} == {parcel.property_id}
    calls = bench.requests()
    bench.run()
    assert (bench.queued(), bench.requests()) == (0, calls)


def test_a_file_finds_what_enrichment_has_found_out(bench: Any, tmp_path: Path) -> None:
    first = take_file(bench, tmp_path, f"{APN},{KING},,,", f"{OTHER_APN},{KING},,,")
    assert first.properties_created == 2
    bench.run()
    lead = situs(APN)
    again = take_file(bench, tmp_path, f",,{lead.address},WA,{lead.zip_code}")
    assert (again.properties_created, again.properties_known) == (0, 1)


def test_an_address_whose_answer_names_its_parcel_is_found_by_the_number(bench: Any) -> None:
    bench.budget(bench.tenants[0], 10_000_000)
    city = profile_of(SEED, APN)["address"]["locality"]
    house = take(bench, replace(situs(APN), city=city))
    bench.run()
    (sold,) = bench.rows("select body from raw.attom_expanded_profile")
    assert stated_parcel("attom", sold["body"]) == (KING, f"{APN[:6]}-{APN[6:]}")
    found = take(bench, Lead(apn=APN, county_fips=KING))
    assert (found.property_id, found.outcome) == (house.property_id, Outcome.UPDATED)
    assert take(bench, Lead(apn=OTHER_APN, county_fips=KING)).created


def test_what_is_learned_once_is_not_learned_again(bench: Any) -> None:
    parcel = take(bench, Lead(apn=APN, county_fips=KING))
    bench.run()
    before = bench.rows("select * from app.property_alias")
    assert [row["source"] for row in before] == ["county_assessor"]
    bench.clock.instant = bench.clock.instant.replace(hour=13)
    assert parcel.property_id is not None
    bench.rerun(bench.tenants[0], [parcel.property_id], force=True)
    assert bench.rows("select * from app.property_alias") == before


@pytest.mark.parametrize("reblock", [False, True])
def test_answers_that_landed_before_there_was_learning_are_learned_by_the_weekly_comparison(
    bench: Any, superuser: Connection, *, reblock: bool
) -> None:
    bench.budget(bench.tenants[0], 10_000_000)
    city = profile_of(SEED, OTHER_APN)["address"]["locality"]
    parcel, _ = take(bench, Lead(apn=APN, county_fips=KING)), take(bench, replace(situs(OTHER_APN), city=city))
    bench.run()
    learned = bench.rows("select * from app.property_alias order by property_id, source")
    assert len({row["property_id"] for row in learned}) == 2
    superuser.execute("delete from app.property_alias")
    house = take(bench, situs(APN))
    assert house.created
    with Sources(bench.settings(), bench.clock) as sources:
        report = settle_matches(bench.conn, clock=bench.clock, reblock=reblock, connectors=sources.connectors)
    assert (report.merged, report.reviews) == (1, 0)
    again = bench.rows("select * from app.property_alias order by property_id, source")
    wanted = learned if reblock else [row for row in learned if row["property_id"] == parcel.property_id]
    assert again == wanted
    assert settle_matches(bench.conn, clock=bench.clock, connectors={}) == SettleReport()


@pytest.mark.parametrize("source", ["county_assessor", "fema_nfhl", "nobody"])
def test_a_source_that_names_no_parcel_states_none(source: str) -> None:
    body = profile_of(SEED, APN)
    assert named(body).parcels
    assert stated_parcel(source, body) is None
    assert stated_parcel("attom", {}) is None
