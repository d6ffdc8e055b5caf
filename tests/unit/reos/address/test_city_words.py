"""What behind a street can be a city's name and nothing else, where no comma tells."""

import pytest

from reos.address import Problem, parse
from reos.address.city_words import may_hold_more

CITIES = (
    *("SEATTLE", "SALT LAKE CITY", "NEW YORK", "SAINT PAUL", "ST PAUL", "LOS ANGELES", "COTTAGE GROVE", "GARDEN CITY"),
    *("ANN ARBOR", "BATON ROUGE", "PALM SPRINGS", "GRAND RAPIDS", "NORTH LAS VEGAS", "FORT WORTH", "LAKE HAVASU CITY"),
    *("CHULA VISTA", "WHITE BEAR LAKE", "RANCHO CUCAMONGA", "VIRGINIA BEACH", "OZONE PARK", "DES MOINES", "VILLA PARK"),
)


@pytest.mark.parametrize("city", CITIES)
def test_a_city_is_read_without_a_comma(city: str):
    assert not may_hold_more(city)
    address = parse(f"12 MAIN ST APT 4 {city} WA 98101")
    assert (address.problems, address.line) == ((), "12 MAIN ST")


@pytest.mark.parametrize(
    "word", ["TOWERB", "XYZZY", "GUESTHOUSE", "COTTAGE", "TOWER", "ANNEX", "SUITE", "HALF", "SECOND FLOOR", "RAVENNA"]
)
@pytest.mark.parametrize("city", ["SEATTLE WA 98101", "SEATTLE, WA 98101", "COTTAGE GROVE MN 55016", "SEATTLE WA"])
def test_a_word_that_may_be_a_part_of_the_house_is_not_taken_for_the_city(word: str, city: str):
    address = parse(f"12 MAIN ST {word} {city}")
    assert address.address_key is None
    assert Problem.AMBIGUOUS in address.problems


@pytest.mark.parametrize("word", ["GUESTHOUSE", "COTTAGE", "ANNEX", "HALF", "SUITE"])
def test_a_house_is_no_city_in_place_of_one_either(word: str):
    known = parse("12 MAIN ST, MN 55790").address_key
    for text in (f"12 MAIN ST {word} 55790", f"12 MAIN ST, {word}, MN 55790", f"12 MAIN ST {word}, MN 55790"):
        assert parse(text).address_key != known, text


def test_towns_that_are_called_like_a_house_are_towns_behind_a_comma():
    assert all(parse(f"12 MAIN ST, {town}, MN 55790").is_valid for town in ("TOWER", "MANOR"))
    assert parse("12 MAIN ST TOWER 55790").address_key is None


def test_a_comma_tells_what_is_the_city():
    assert parse("12 MAIN ST, XYZZY SEATTLE, WA 98101").components.city == "XYZZY SEATTLE"
    assert parse("12 MAIN ST APT 4, WINDSOR MILL, MD 21244").is_valid
