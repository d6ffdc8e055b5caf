"""What becomes of a new property near others: merged when certain, asked about when not, left alone when different."""

from itertools import permutations
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from reos.core.ids import new_id
from reos.db import tenant_transaction
from reos.pipeline.discover import Lead, Outcome, discover
from reos.property.candidates import settle
from reos.property.review import Status

if TYPE_CHECKING:
    from tests.integration.reos.property.conftest import Bench

KING = "53033"


def test_a_shorter_writing_of_a_known_home_is_merged_into_it(bench: "Bench") -> None:
    home = bench.home("67 Main St")
    found = bench.lead("67 Main")
    assert (found.property_id, found.outcome, found.created) == (home, Outcome.MERGED, False)
    assert found.absorbed_id is not None
    assert bench.survivors() == {home: None, found.absorbed_id: home}
    (merge,) = bench.rows("select * from app.property_merge")
    assert (merge["survivor_id"], merge["absorbed_id"], merge["decided_by"]) == (home, found.absorbed_id, "rule")
    told = [event["event_type"] for event in bench.rows("select event_type from app.event_log order by seq")]
    assert told == ["property.discovered", "property.discovered", "property.merged"]
    (event,) = bench.events("property.merged")
    assert (event["property_id"], event["payload"]["absorbed_id"]) == (home, str(found.absorbed_id))
    assert event["correlation_id"] == bench.events("property.discovered")[1]["correlation_id"]


def test_evidence_says_field_by_field_what_the_decision_rests_on(bench: "Bench") -> None:
    home = bench.home("67 Main St", apn="7129300520", county_fips=KING)
    found = bench.lead("67 Main")
    (merge,) = bench.rows("select reason, evidence from app.property_merge")
    evidence = merge["evidence"]
    assert evidence["verdict"] == "same"
    by_field = {item["field"]: item for item in evidence["fields"]}
    assert by_field["street type"] == {
        "field": "street type",
        "property": "",
        "candidate": "ST",
        "outcome": "missing",
        "sentence": "The street type is not stated on both sides: none and ST.",
    }
    assert by_field["parcel number"]["candidate"] == "7129300520"
    assert [side["property_id"] for side in evidence["property"]] == [str(found.absorbed_id)]
    assert evidence["candidate"] == [
        {"property_id": str(home), "address": "67 MAIN ST, SEATTLE, WA 98101", "apn": "7129300520"}
    ]


@pytest.mark.parametrize(
    "other", ["67 Main Ave", "68 Main St", "67 Main St, Seattle, WA 98199", "67 Oak St", "67 Main St, Tacoma, WA 98402"]
)
def test_another_home_is_left_alone(bench: "Bench", other: str) -> None:
    bench.home("67 Main St")
    found = bench.lead(other)
    assert (found.created, found.absorbed_id) == (True, None)
    assert bench.rows("select * from app.property_merge") == []


def test_a_writing_that_two_homes_share_is_asked_about(bench: "Bench") -> None:
    street, place = bench.home("67 Main St"), bench.home("67 Main Pl")
    found = bench.lead("67 Main")
    assert (found.created, set(found.may_be)) == (True, {street, place})
    assert "a person has to decide" in found.reason
    assert {row["candidate_id"] for row in bench.reviews()} == {street, place}
    assert {row["property_id"] for row in bench.reviews()} == {found.property_id}
    assert bench.rows("select * from app.property_merge") == []


def test_wildcards_do_not_chain_two_homes_together(bench: "Bench") -> None:
    street = bench.home("67 Main St")
    wildcard = bench.lead("67 Main")
    assert wildcard.property_id == street
    found = bench.lead("67 Main Pl")
    assert (found.created, found.may_be) == (True, (street,))
    (review,) = bench.reviews()
    writings = {side["address"] for side in review["evidence"]["candidate"]}
    assert writings == {"67 MAIN ST, SEATTLE, WA 98101", "67 MAIN, SEATTLE, WA 98101"}


def test_a_wildcard_that_came_first_is_taken_by_nobody_once_two_fit(bench: "Bench") -> None:
    home = bench.home("67 Main")
    assert bench.lead("67 Main St").property_id == home
    assert bench.lead("67 Main Pl").may_be == (home,)


def test_two_parcels_are_two_homes_however_alike_their_addresses(bench: "Bench") -> None:
    bench.home("67 Main St", apn="7129300520", county_fips=KING)
    bench.home("67 Main", apn="7129300521", county_fips=KING)
    assert (bench.rows("select * from app.property_merge"), bench.reviews()) == ([], [])


def test_an_address_between_two_parcels_of_it_is_asked_about(bench: "Bench") -> None:
    parcels = {bench.home("67 Main St", apn=f"712930052{n}", county_fips=KING) for n in range(2)}
    assert set(bench.lead("67 Main").may_be) == parcels


def test_a_parcel_number_of_another_county_leaves_a_doubt(bench: "Bench") -> None:
    home = bench.home("67 Main St", apn="7129300520", county_fips=KING)
    found = bench.lead("67 Main", apn="00400000100100", county_fips="53061")
    assert found.may_be == (home,)
    assert "two counties" in bench.reviews()[0]["reason"]


def test_leads_of_a_merged_writing_find_the_survivor(bench: "Bench") -> None:
    home = bench.home("67 Main St")
    absorbed = bench.lead("67 Main", apn="7129300520", county_fips=KING)
    assert absorbed.property_id == home
    again = [bench.lead("67 Main"), bench.lead(apn="712930-0520", county_fips=KING), bench.lead("67 Main St")]
    assert {found.property_id for found in again} == {home}
    assert {found.outcome for found in again} == {Outcome.KNOWN}
    # the survivor has a parcel number through what it absorbed, so another number is another parcel
    assert bench.home("67 Main St", apn="7129300521", county_fips=KING) != home


def test_a_parcel_that_gets_its_address_is_compared_then(bench: "Bench") -> None:
    parcel = bench.home(apn="7129300520", county_fips=KING)
    street = bench.home("67 Main St")
    found = bench.lead("67 Main", apn="7129300520", county_fips=KING)
    assert (found.property_id, found.outcome) == (parcel, Outcome.UPDATED)
    assert bench.survivors() == {parcel: None, street: parcel}


def test_units_of_a_building_do_not_flood_the_queue(bench: "Bench") -> None:
    for number in range(1, 6):
        bench.home(f"100 Pine St Apt {number}")
    bench.home("100 Pine St")
    bench.home("100 Pine St Apt 6")
    assert bench.reviews() == []


def test_one_known_unit_and_a_line_without_one_is_asked_about_once(bench: "Bench") -> None:
    unit = bench.home("100 Pine St Apt 1")
    found = bench.lead("100 Pine St")
    assert found.may_be == (unit,)
    bench.lead("100 Pine St")
    assert len(bench.reviews()) == 1


def test_what_a_person_called_different_never_comes_back(bench: "Bench") -> None:
    home = bench.home("67 Main St")
    other = bench.home("67 Main Pl")
    found = bench.lead("67 Main")
    for review in bench.reviews():
        bench.decide(review["review_id"], Status.DIFFERENT)
    with tenant_transaction(bench.conn, bench.tenant_id):
        settled = settle(bench.conn, bench.tenant_id, None, clock=bench.clock, new_id=new_id)
    assert (settled.merged, settled.reviews) == (0, 0)
    assert bench.survivors() == {home: None, other: None, found.property_id: None}


def test_comparing_everything_again_changes_nothing(bench: "Bench") -> None:
    for address in ("67 Main St", "67 Main", "12 Elm Pl", "12 Elm St", "12 Elm"):
        bench.lead(address)
    before, asked = bench.properties(), bench.reviews()
    assert asked
    with tenant_transaction(bench.conn, bench.tenant_id):
        settled = settle(bench.conn, bench.tenant_id, clock=bench.clock, new_id=new_id)
    assert (settled.merged, settled.reviews) == (0, 0)
    assert (bench.properties(), bench.reviews()) == (before, asked)


def test_another_tenants_home_is_no_candidate(bench: "Bench") -> None:
    bench.home("67 Main St")
    found = bench.lead("67 Main", tenant_id=bench.other_tenant)
    assert (found.created, found.may_be) == (True, ())


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_newcomers_of_one_call_are_compared_with_one_another(bench: "Bench", order: tuple[int, int]) -> None:
    writings = ["67 Main St, Seattle, WA 98101", "67 Main, Seattle, WA 98101"]
    leads = [Lead(address=writings[at]) for at in order]
    first, second = discover(bench.conn, bench.tenant_id, leads, clock=bench.clock, correlation_id=uuid4())
    assert (first.outcome, second.outcome) == (Outcome.CREATED, Outcome.MERGED)
    assert (second.property_id, second.absorbed_id is None) == (first.property_id, False)


def test_three_newcomers_of_one_call_in_any_order_are_merged_by_nobody(bench: "Bench") -> None:
    writings = [f"67 Main{kind}, Seattle, WA 98101" for kind in (" St", "", " Pl")]
    for number, order in enumerate(permutations(writings)):
        leads = [Lead(address=text.replace("67", str(100 + number))) for text in order]
        found = discover(bench.conn, bench.tenant_id, leads, clock=bench.clock, correlation_id=uuid4())
        assert {each.outcome for each in found} == {Outcome.CREATED}, order
    assert len(bench.reviews()) == 2 * 6
