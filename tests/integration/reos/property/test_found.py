"""What sources say of a property, learned: a later lead finds it the other way round; nothing is merged on a guess."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from reos.core.ids import new_id
from reos.db import tenant_transaction
from reos.pipeline.discover import Lead, Outcome, discover
from reos.property.candidates import Settled, settle
from reos.property.found import FoundIdentity, learn_identity
from reos.property.review import Status

if TYPE_CHECKING:
    from tests.integration.conftest import Database
    from tests.integration.reos.property.conftest import Bench

KING = "53033"
SNOHOMISH = "53061"
APN, OTHER_APN = "7129300520", "7129300521"
PLACE = {"city": "Seattle", "state": "WA", "zip5": "98101"}

Learn = Callable[..., Settled]


@pytest.fixture
def learn(bench: "Bench", database: "Database") -> Learn:
    """Learn answers as the pipeline does, the only one that may write them."""
    conn = database.connect("pipeline", autocommit=True)

    def run(*found: FoundIdentity, tenant_id: UUID | None = None) -> Settled:
        tenant = tenant_id or bench.tenant_id
        with tenant_transaction(conn, tenant):
            return learn_identity(conn, tenant, found, clock=bench.clock, new_id=new_id)

    return run


def at(property_id: UUID, line: str, source: str = "county_assessor", **more: str) -> FoundIdentity:
    return FoundIdentity(property_id, source, address_line=line, **{**PLACE, **more})


def named(property_id: UUID, line: str, apn: str = APN, county: str = KING, source: str = "attom") -> FoundIdentity:
    return at(property_id, line, source, county_fips=county, apn=apn)


def aliases(bench: "Bench") -> list[dict[str, object]]:
    return bench.rows("select * from app.property_alias order by property_id, source")


def test_an_address_lead_finds_the_parcel_whose_address_a_source_has_stated(bench: "Bench", learn: Learn) -> None:
    parcel = bench.home(apn=APN, county_fips=KING)
    assert learn(at(parcel, "12 North Main Street")) == Settled()
    found = bench.lead("12 N Main St")
    assert (found.property_id, found.outcome, found.created) == (parcel, Outcome.UPDATED, False)
    (row,) = bench.rows("select apn_key, address_line, address_block from app.property")
    assert (row["apn_key"], row["address_line"]) == (APN, "12 N MAIN ST")
    assert bench.lead("12 N Main St").outcome is Outcome.KNOWN


def test_what_a_source_states_is_kept_apart_from_what_leads_said(bench: "Bench", learn: Learn) -> None:
    parcel = bench.home(apn=APN, county_fips=KING)
    before = bench.properties()
    learn(at(parcel, "12 N Main St Apt 4"))
    assert bench.properties() == before
    (alias,) = aliases(bench)
    said = ("12 N MAIN ST", "APT 4", "SEATTLE", "WA", "98101", "county_assessor", None)
    names = ("address_line", "unit", "city", "state", "zip5", "source", "apn_key")
    assert tuple(alias[name] for name in names) == said
    assert alias["found_at"] == bench.clock.instant


def test_learning_again_changes_nothing_and_a_newer_answer_replaces_the_older(bench: "Bench", learn: Learn) -> None:
    parcel = bench.home(apn=APN, county_fips=KING)
    learn(at(parcel, "12 N Main St"))
    before = aliases(bench)
    bench.clock.instant = bench.clock.instant.replace(hour=13)
    assert learn(at(parcel, "12 N Main St"), at(parcel, "12 North Main Street")) == Settled()
    assert aliases(bench) == before
    learn(at(parcel, "14 N Main St"))
    assert [alias["address_line"] for alias in aliases(bench)] == ["14 N MAIN ST"]
    assert bench.lead("12 N Main St").created


def test_two_that_turn_out_to_be_one_are_merged_and_told(bench: "Bench", learn: Learn) -> None:
    parcel = bench.home(apn=APN, county_fips=KING)
    house = bench.home("12 N Main St")
    settled = learn(at(parcel, "12 N Main St"))
    assert settled.survivors == {house: parcel}
    assert bench.survivors() == {parcel: None, house: parcel}
    (event,) = bench.events("property.merged")
    assert (event["property_id"], event["payload"]["absorbed_id"]) == (parcel, str(house))
    assert event["payload"]["evidence"]["candidate"][0]["found_by"] == "county_assessor"
    assert learn(at(parcel, "12 N Main St")) == Settled()
    assert {bench.lead("12 N Main St").property_id, bench.lead(apn=APN, county_fips=KING).property_id} == {parcel}


def test_what_a_person_took_apart_is_not_merged_by_a_source_again(bench: "Bench", learn: Learn) -> None:
    parcel, house = bench.home(apn=APN, county_fips=KING), bench.home("12 N Main St")
    learn(at(parcel, "12 N Main St"))
    bench.unmerge(parcel, house)
    assert learn(at(parcel, "12 N Main St", "attom")) == Settled()
    assert bench.survivors() == {parcel: None, house: None}


def test_another_writing_of_the_stated_address_is_merged_when_certain(bench: "Bench", learn: Learn) -> None:
    parcel = bench.home(apn=APN, county_fips=KING)
    learn(at(parcel, "67 Main St"))
    found = bench.lead("67 Main")
    assert (found.property_id, found.outcome) == (parcel, Outcome.MERGED)


def test_a_stated_address_that_two_parcels_share_is_nobodys(bench: "Bench", learn: Learn) -> None:
    one, other = (bench.home(apn=apn, county_fips=KING) for apn in (APN, OTHER_APN))
    learn(at(one, "12 N Main St"), at(other, "12 N Main St"))
    assert (bench.rows("select * from app.property_merge"), bench.reviews()) == ([], [])
    found = bench.lead("12 N Main St")
    assert (found.outcome, found.property_id) == (Outcome.REFUSED, None)
    assert "2 parcels share the address" in found.reason


def test_a_house_between_two_parcels_is_asked_about(bench: "Bench", learn: Learn) -> None:
    house = bench.home("12 N Main St")
    one, other = (bench.home(apn=apn, county_fips=KING) for apn in (APN, OTHER_APN))
    assert learn(at(one, "12 N Main St"), at(other, "12 N Main St")).merged == 0
    assert {frozenset((row["property_id"], row["candidate_id"])) for row in bench.reviews()} == {
        frozenset((house, one)),
        frozenset((house, other)),
    }


def test_addresses_that_sources_dispute_find_nothing_for_certain(bench: "Bench", learn: Learn) -> None:
    parcel = bench.home(apn=APN, county_fips=KING)
    learn(at(parcel, "12 N Main St", "county_assessor"))
    learn(at(parcel, "12 S Main St", "attom"))
    assert [alias["address_key"] for alias in aliases(bench)] == [None, None]
    found = bench.lead("12 N Main St")
    assert (found.created, found.may_be) == (True, (parcel,))
    learn(at(parcel, "12 N Main St", "attom"))
    assert all(alias["address_key"] for alias in aliases(bench))


@pytest.mark.parametrize(
    "answer",
    [
        {"apn": OTHER_APN, "county_fips": KING},
        {"apn": APN, "county_fips": SNOHOMISH},
        {"state": "OR"},
        {"zip5": "", "city": ""},
        {"address_line": "PO Box 12"},
        {"address_line": "Main St"},
        {"address_line": " "},
    ],
)
def test_an_answer_about_something_else_teaches_nothing(bench: "Bench", learn: Learn, answer: dict[str, str]) -> None:
    parcel = bench.home(apn=APN, county_fips=KING)
    learn(at(parcel, "12 N Main St")._replace(**answer))
    assert aliases(bench) == []


def test_an_answer_writes_the_parcel_number_its_own_way(bench: "Bench", learn: Learn) -> None:
    parcel = bench.home(apn="10-765-44", county_fips="41051")
    learn(at(parcel, "12 N Main St", apn="1076544", county_fips="41051", city="Portland", state="OR", zip5="97201"))
    assert bench.lead("12 N Main St, Portland, OR 97201").property_id == parcel


def test_a_parcel_lead_finds_the_house_that_a_source_calls_by_its_number(bench: "Bench", learn: Learn) -> None:
    house = bench.home("12 N Main St")
    learn(named(house, "12 N Main St"))
    assert bench.properties()[house]["apn_key"] is None
    found = bench.lead(apn="712930-0520", county_fips=KING)
    assert (found.property_id, found.outcome) == (house, Outcome.UPDATED)
    assert bench.properties()[house]["apn_key"] == APN
    assert bench.home(apn=OTHER_APN, county_fips=KING) != house


def test_a_parcel_that_is_known_already_is_merged_with_its_house(bench: "Bench", learn: Learn) -> None:
    house, parcel = bench.home("12 N Main St"), bench.home(apn=APN, county_fips=KING)
    assert learn(named(house, "12 North Main")).survivors == {parcel: house}
    (merge,) = bench.rows("select reason, evidence from app.property_merge")
    assert "one parcel" in merge["reason"]
    assert {item["field"]: item["outcome"] for item in merge["evidence"]["fields"]} == {"parcel number": "equal"}
    assert bench.lead(apn=APN, county_fips=KING).property_id == house


@pytest.mark.parametrize("line", ["14 N Main St", "12 N Main St Apt 4", "12 Main Ave", "", "Main St"])
def test_the_number_of_an_address_that_is_not_the_propertys_is_not_learned(
    bench: "Bench", learn: Learn, line: str
) -> None:
    house = bench.home("12 N Main St")
    learn(named(house, line))
    assert aliases(bench) == []


@pytest.mark.parametrize("county", ["41051", "99999", ""])
def test_a_number_of_no_county_of_its_state_is_not_learned(bench: "Bench", learn: Learn, county: str) -> None:
    learn(named(bench.home("12 N Main St"), "12 N Main St", county=county))
    assert aliases(bench) == []


def test_two_houses_called_one_parcel_are_asked_about(bench: "Bench", learn: Learn) -> None:
    one, other = bench.home("12 N Main St"), bench.home("14 N Main St")
    assert learn(named(one, "12 N Main St"), named(other, "14 N Main St")).merged == 0
    (review,) = bench.reviews()
    assert {review["property_id"], review["candidate_id"]} == {one, other}
    assert "addresses do not say so" in review["reason"]
    found = bench.lead(apn=APN, county_fips=KING)
    assert (found.created, set(found.may_be)) == (True, {one, other})


def test_a_lead_that_contradicts_the_source_is_a_property_of_its_own(bench: "Bench", learn: Learn) -> None:
    house = bench.home("12 N Main St")
    learn(named(house, "12 N Main St"))
    found = bench.lead("99 Oak Ave", apn=APN, county_fips=KING)
    assert (found.created, found.may_be) == (True, (house,))


def test_a_house_that_sources_give_two_numbers_takes_neither_for_certain(bench: "Bench", learn: Learn) -> None:
    house = bench.home("12 N Main St")
    learn(named(house, "12 N Main St"), named(house, "12 N Main St", OTHER_APN, source="regrid"))
    found = bench.lead(apn=APN, county_fips=KING)
    assert (found.created, found.may_be) == (True, (house,))
    assert "another source names another parcel" in bench.reviews()[0]["reason"]


def test_a_stated_number_tells_two_houses_apart(bench: "Bench", learn: Learn) -> None:
    learn(named(bench.home("67 Main St"), "67 Main St"))
    assert bench.home("67 Main", apn=OTHER_APN, county_fips=KING)
    assert (bench.rows("select * from app.property_merge"), bench.reviews()) == ([], [])


def test_comparing_everything_knows_what_sources_say(bench: "Bench", learn: Learn) -> None:
    parcel, house = bench.home(apn=APN, county_fips=KING), bench.home("67 Main")
    other = bench.home("9 Elm St")
    learn(at(parcel, "67 Main St"), named(other, "9 Elm St", OTHER_APN))
    assert bench.survivors()[house] == parcel
    bench.superuser.execute("update app.property set merged_into = null")
    bench.superuser.execute("delete from app.property_merge")
    for _ in range(2):
        with tenant_transaction(bench.conn, bench.tenant_id):
            settle(bench.conn, bench.tenant_id, clock=bench.clock, new_id=new_id)
        assert bench.survivors() == {parcel: None, house: parcel, other: None}


def test_what_one_has_absorbed_speaks_for_it(bench: "Bench", learn: Learn) -> None:
    house, parcel = bench.home("500 Elm St"), bench.home(apn=APN, county_fips=KING)
    bench.merge(house, parcel)
    learn(at(parcel, "12 N Main St"))
    assert bench.lead("12 N Main St").property_id == house
    bench.unmerge(house, parcel)
    assert bench.lead("12 N Main St").property_id == parcel


def test_a_deleted_property_learns_nothing_and_comes_back_compared(bench: "Bench", learn: Learn) -> None:
    parcel = bench.home(apn=APN, county_fips=KING)
    learn(at(parcel, "67 Main St"))
    bench.superuser.execute("update app.property set deleted_at = now()")
    learn(at(parcel, "99 Oak Ave"))
    assert [alias["address_line"] for alias in aliases(bench)] == ["67 MAIN ST"]
    house = bench.home("67 Main")
    assert bench.lead(apn=APN, county_fips=KING).property_id == parcel
    assert bench.survivors() == {parcel: None, house: parcel}


def test_another_tenants_answers_say_nothing(bench: "Bench", learn: Learn) -> None:
    parcel = bench.home(apn=APN, county_fips=KING)
    learn(at(parcel, "12 N Main St"), tenant_id=bench.other_tenant)
    assert aliases(bench) == []
    learn(at(parcel, "12 N Main St"))
    assert bench.lead("12 N Main St", tenant_id=bench.other_tenant).created
    leads = [Lead(apn=APN, county_fips=KING)]
    (theirs,) = discover(bench.conn, bench.other_tenant, leads, clock=bench.clock, correlation_id=uuid4())
    assert theirs.property_id != parcel


def test_answers_decided_different_stay_so(bench: "Bench", learn: Learn) -> None:
    one, other = bench.home("12 N Main St"), bench.home("14 N Main St")
    learn(named(one, "12 N Main St"), named(other, "14 N Main St"))
    bench.decide(bench.reviews()[0]["review_id"], Status.DIFFERENT)
    assert learn(named(other, "14 North Main St", source="regrid")).reviews == 0
