from uuid import UUID

import pytest

from reos.connectors.contract import LookupRequest
from reos.connectors.identity import Named, contradiction, house_numbers, same_parcel

PROPERTY = UUID(int=1)
BY_PARCEL = LookupRequest(PROPERTY, county_fips="53033", apn="7129300520", address_line="1 A St", zip5="98001")
BY_ADDRESS = LookupRequest(PROPERTY, address_line="101 Alder Ave S", city="Seattle", state="WA", zip5="98178")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7129300520", "712930-0520"),
        ("02192-04-018-000", "0219204018"),
        ("02192-04-018", "219204018"),
        ("197.15-03-061.000", "463201 197.15-03-061.000"),
        ("r0009806", "R0009806"),
    ],
)
def test_one_number_is_written_in_many_ways(one, other):
    assert same_parcel(one, other)
    assert same_parcel(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("7129300520", "7129300521"), ("0520", "7129300520"), ("712930-0520", "7129300520-01"), ("1", ""), ("A1", "A2")],
)
def test_other_numbers_are_other_parcels(one, other):
    assert not same_parcel(one, other)
    assert not same_parcel(other, one)


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("0101 Alder Ave S", {"101"}),
        ("101A Alder", {"101"}),
        ("45-12 Main St", {"45", "12", "4512"}),
        ("Alder Ave S", set()),
        (None, set()),
        ("", set()),
        ("\u0665 Alder", set()),
    ],
)
def test_house_numbers_are_read_from_the_start_of_a_line(line, numbers):
    assert house_numbers(line) == numbers


@pytest.mark.parametrize(
    ("request_", "named", "speaks_against"),
    [
        (BY_PARCEL, Named("53033", ("712930-0520",), "9 Z St", "OR", "97201"), None),
        (BY_PARCEL, Named("53033", ("R1", "7129300520")), None),
        (BY_PARCEL, Named("53033"), None),
        (BY_PARCEL, Named("53061", ("7129300520",)), "county 53061 instead of 53033"),
        (BY_PARCEL, Named("53033", ("7129300530", "R1")), "parcel 7129300530 instead of 7129300520"),
        (BY_ADDRESS, Named("53033", ("1",), "101 ALDER AVE S", "WA", "98178"), None),
        (BY_ADDRESS, Named(address_line="101-103 ALDER", zip5="98178"), None),
        (BY_ADDRESS, Named(zip5="98101"), "ZIP code 98101 instead of 98178"),
        (BY_ADDRESS, Named(state="OR"), "state OR instead of WA"),
        (BY_ADDRESS, Named(state="wa"), None),
        (BY_ADDRESS, Named(address_line="103 ALDER AVE S", zip5="98178"), "house number 103 instead of 101"),
        (LookupRequest(PROPERTY, latitude=47.5, longitude=-122.2), Named("53033", ("1",), "1 A St", "WA"), None),
    ],
)
def test_an_answer_is_held_against_what_was_asked(request_, named, speaks_against):
    assert contradiction(request_, named) == speaks_against


def test_a_record_that_says_nothing_of_itself_is_silent():
    assert Named(address_line="1 A St").silent
    assert not Named(zip5="98178").silent
