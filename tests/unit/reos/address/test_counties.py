import pytest

from reos.address.counties import county_fips, county_name, county_state
from reos.core.errors import InvalidInputError


def test_a_county_has_a_name_and_a_state():
    assert county_name("53033") == "King County, WA"
    assert county_state("72001") == "PR"


@pytest.mark.parametrize("fips", ["53999", "99001", "5303", "", "53033 "])
def test_an_unknown_county_is_refused(fips: str):
    with pytest.raises(InvalidInputError, match="not the FIPS code") as caught:
        county_name(fips)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "state", "expected"),
    [
        ("King", "WA", "53033"),
        ("King County", "Washington", "53033"),
        ("orleans", "LA", "22071"),
        ("Baltimore city", "MD", "24510"),
        ("Do\u00f1a Ana", "NM", "35013"),
    ],
)
def test_a_county_is_found_by_name(name: str, state: str, expected: str):
    assert county_fips(name, state) == expected


@pytest.mark.parametrize(("name", "state"), [("King", "OR"), ("Baltimore", "MD"), ("King", "ZZ"), ("", "WA")])
def test_no_or_two_counties_of_a_name_are_refused(name: str, state: str):
    with pytest.raises(InvalidInputError, match="No single county"):
        county_fips(name, state)
