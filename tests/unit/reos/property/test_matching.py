"""Which homes of a block are one: pure decisions over writings, parcels and what people have said."""

from datetime import UTC, datetime, timedelta
from itertools import count, permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reos.address import parse
from reos.property.matching import Findings, Home, Writing, match

DAY = datetime(2026, 5, 4, tzinfo=UTC)
NUMBERS = count(1)


def home(line: str, parcel: str | None = None, *, known: bool = False, county: str = "53033", age: int = 0) -> Home:
    home_id = UUID(int=next(NUMBERS))
    since = DAY - timedelta(days=age or (100 if known else 1))
    return Home(home_id, since, [writing(home_id, line, parcel, county)], is_new=not known)


def writing(property_id: UUID, line: str, parcel: str | None = None, county: str = "53033") -> Writing:
    address = parse(f"{line}, Seattle, WA 98101")
    return Writing(property_id, address.components, address.normalised, (county, parcel) if parcel else None, parcel)


def outcome(found: Findings) -> tuple[list[frozenset[UUID]], set[frozenset[UUID]]]:
    merges = [frozenset((each.newcomer_id, each.survivor_id)) for each in found.merges]
    return merges, {frozenset((each.newcomer_id, each.survivor_id)) for each in found.questions}


def pair(*homes: Home) -> frozenset[UUID]:
    return frozenset(each.home_id for each in homes)


def test_the_older_home_survives_whichever_is_asked_about():
    old, new = home("67 Main", known=True), home("67 Main St")
    (merge,) = match([new, old], set()).merges
    assert (merge.survivor_id, merge.newcomer_id) == (old.home_id, new.home_id)
    older_newcomer, younger = home("9 Elm St", age=5), home("9 Elm", age=2)
    (merge,) = match([younger, older_newcomer], set()).merges
    assert merge.survivor_id == older_newcomer.home_id


def test_evidence_keeps_its_sides_when_the_newcomer_is_the_older_one():
    older_newcomer, known = home("9 Elm St", age=500), home("9 Elm", known=True)
    (merge,) = match([known, older_newcomer], set()).merges
    (kind,) = [item for item in merge.evidence["fields"] if item["field"] == "street type"]
    assert (merge.newcomer_id, kind["property"], kind["candidate"]) == (known.home_id, "", "ST")
    assert merge.evidence["property"][0]["address"] == "9 ELM, SEATTLE, WA 98101"


def test_what_was_merged_in_the_same_batch_is_compared_with_what_comes_next():
    old, same, other = home("67 Main St", known=True), home("67 Main", age=3), home("67 Main Pl", age=2)
    merges, questions = outcome(match([old, same, other], set()))
    assert merges == []
    assert questions == {pair(old, same), pair(same, other)}


def test_a_cluster_whose_members_stand_differently_to_a_newcomer_is_in_doubt():
    cluster = home("67 Main St", known=True)
    cluster.writings.append(writing(UUID(int=10**6), "67 Main"))
    new = home("67 Main Pl")
    merges, questions = outcome(match([cluster, new], set()))
    assert (merges, questions) == ([], {pair(cluster, new)})


def test_questions_about_what_was_merged_are_asked_about_its_survivor():
    unit, line, spelled = home("5 Elm St Apt 1", known=True), home("5 Elm St", age=3), home("5 Elm", age=2)
    merges, questions = outcome(match([unit, line, spelled], set()))
    assert merges == [pair(line, spelled)]
    assert questions == {pair(line, unit)}


PARCELS = "7129300520", "7129300521"


def test_parcel_numbers_of_one_county_tell_homes_apart():
    assert outcome(match([home("67 Main St", PARCELS[0], known=True), home("67 Main", PARCELS[1])], set())) == (
        [],
        set(),
    )


def test_an_address_between_two_parcels_is_nobodys():
    one, other = (home("67 Main St", parcel, known=True) for parcel in PARCELS)
    new = home("67 Main")
    assert outcome(match([one, other, new], set())) == ([], {pair(one, new), pair(other, new)})


def test_a_parcel_number_helps_a_wildcard_to_find_its_home():
    street, place = home("67 Main St", PARCELS[0], known=True), home("67 Main Pl", known=True)
    new = home("67 Main", PARCELS[1])
    assert outcome(match([street, place, new], set()))[0] == [pair(place, new)]


def test_parcel_numbers_of_two_counties_leave_a_doubt():
    old, new = home("67 Main St", PARCELS[0], known=True), home("67 Main", "4001", county="53061")
    found = match([old, new], set())
    assert outcome(found) == ([], {pair(old, new)})
    assert "two counties" in found.questions[0].reason


def test_a_pair_that_was_kept_apart_is_neither_merged_nor_asked_about():
    old, new = home("67 Main St", known=True), home("67 Main")
    assert outcome(match([old, new], {pair(old, new)})) == ([], set())


LINES = ["67 Main St", "67 Main Pl", "67 Main", "67 N Main St", "67 Main St Apt 2", "67 Main Apt 2"]


@pytest.mark.parametrize("first", range(3))
def test_no_order_of_arrival_merges_two_streets(first: int):
    for order in permutations(LINES[:3]):
        homes = [home(line, age=10 - at, known=at < first) for at, line in enumerate(order)]
        written = {each.home_id: line for each, line in zip(homes, order, strict=True)}
        joined: dict[UUID, set[str]] = {}
        for merge in match(homes, set()).merges:
            joined.setdefault(merge.survivor_id, {written[merge.survivor_id]}).add(written[merge.newcomer_id])
        assert not any({"67 Main St", "67 Main Pl"} <= lines for lines in joined.values()), order


@given(
    batches=st.lists(st.lists(st.sampled_from(LINES), min_size=1, max_size=3), min_size=1, max_size=4),
)
def test_arrivals_one_after_another_never_put_two_streets_or_units_into_one_home(batches: list[list[str]]):
    standing: list[Home] = []
    for day, batch in enumerate(batches):
        for each in standing:
            each.is_new = False
        known = {w.text for each in standing for w in each.writings}
        new = [home(line, age=100 - day) for line in dict.fromkeys(batch)]
        new = [each for each in new if each.writings[0].text not in known]  # an exact key never comes here
        found = match([*standing, *new], set())
        gone = {merge.newcomer_id for merge in found.merges}
        standing = [each for each in [*standing, *new] if each.home_id not in gone]
    for each in standing:
        kinds = {w.address.suffix for w in each.writings} - {""}
        units = {w.address.units for w in each.writings}
        assert len(kinds) <= 1
        assert len(units) == 1
