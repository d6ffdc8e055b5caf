import pytest
from hypothesis import given
from hypothesis import strategies as st

from reos_local.sandbox import lookup
from reos_local.sandbox.numbering import SPACE
from reos_local.sandbox.places import places
from reos_local.sandbox.streets import address_at, ordinal, street_names


@given(st.integers(0, SPACE - 1))
def test_an_address_leads_back_to_its_position(position: int) -> None:
    place, line = address_at(position)
    if line is not None:
        found = lookup.find(line, f"{place.city}, WA {place.zip5}")
        assert found is not None
        assert (found.position, found.line) == (position, line)


@pytest.mark.parametrize(
    "written",
    [
        "4529 Northeast 95th Street",
        "4529 NE 95TH ST.",
        "4529  ne 95th st",
        "4529 95th St NE",
    ],
)
def test_spellings_of_one_street_are_one_position(written: str) -> None:
    assert lookup.find(written, "Seattle, WA 98115") == lookup.find("4529 NE 95TH ST", "SEATTLE WA 98115-2211")


def test_a_street_outside_the_grid_lands_in_a_slot_of_its_zip_without_a_street() -> None:
    found = lookup.find("123 N Main Street Apt 4", "Seattle WA 98115")
    assert found is not None
    assert found.line == "123 N MAIN ST UNIT 4"
    place, line = address_at(found.position)
    assert (place.zip5, line) == ("98115", None)


def test_units_are_parcels_of_their_own() -> None:
    whole = lookup.find("123 Main St", "Seattle WA 98115")
    unit = lookup.find("123 Main St #4", "Seattle WA 98115")
    assert whole is not None
    assert unit is not None
    assert whole.position != unit.position


@pytest.mark.parametrize(
    ("line", "locality"),
    [
        ("not an address", "Seattle, WA 98115"),
        ("", ""),
        ("123 Main St", "Austin, TX 78701"),
        ("123 Main St", "Nowhere"),
    ],
)
def test_no_address_or_another_county_is_not_found(line: str, locality: str) -> None:
    assert lookup.find(line, locality) is None


def test_a_city_without_zip_is_given_one_of_its_zips() -> None:
    found = lookup.find("4529 NE 95th St", "Seattle, WA")
    assert found is not None
    assert address_at(found.position)[0].city == "Seattle"
    assert found == lookup.find("4529 NE 95th St", "seattle, washington")


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("4529 NE 95th St, Seattle, WA 98115", ("4529 NE 95th St", "Seattle, WA 98115")),
        ("123 Main St, Unit 4, Seattle, WA 98115", ("123 Main St Unit 4", "Seattle, WA 98115")),
        ("4529 NE 95th St", ("4529 NE 95th St", "")),
    ],
)
def test_one_line_is_split_into_street_and_locality(address: str, parts: tuple[str, str]) -> None:
    assert lookup.split_one_line(address) == parts


def test_ordinals_read_as_english_does() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        *("1ST", "2ND", "3RD", "4TH", "11TH", "12TH", "13TH", "21ST", "102ND", "111TH")
    ]


def test_the_grid_has_distinct_names_and_zip_codes() -> None:
    assert len(set(street_names())) == len(street_names()) == 200
    assert len({place.zip5 for place in places()}) == len(places()) == 70
