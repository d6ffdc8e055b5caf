"""Whether words behind a street without a comma can be a city's name and nothing else, by how such names are made.

A ZIP code tells the place, so the city's name is no part of a match key, and a word that is taken for it is lost: what
names a tower or a guest house, and tells two homes apart, must not be. One word is a city; several are one when they
begin or end as cities do. Anything else is doubtful.
"""

from collections.abc import Sequence
from functools import lru_cache

import yaml

from reos.address.place import read_city
from reos.address.pub28 import (
    CITY_PREFIXES,
    CLOSING,
    CLOSING_TOWNS,
    DIRECTION_CITIES,
    SUFFIXES,
    TOWN_BEGINNINGS,
    UNFINISHED,
    table_text,
)

_CITIES = yaml.safe_load(table_text("cities.yml"))
_BEGINNINGS = {*_CITIES["beginnings"], *CITY_PREFIXES, *CITY_PREFIXES.values(), *TOWN_BEGINNINGS, *UNFINISHED}
_ENDINGS = {*_CITIES["endings"], *(word for word, short in SUFFIXES.items() if short not in CLOSING)}
_NAMES = {*_CITIES["names"], *CLOSING_TOWNS, *DIRECTION_CITIES}
_HOUSES = frozenset(_CITIES["houses"])
_TOWNS = frozenset(_CITIES["towns"])
_OF_TWO = 2


@lru_cache(maxsize=20_000)
def may_hold_more(city: str) -> bool:
    """Tell whether the cleaned text of a city, cut from a street by no comma, may begin with a part of the house."""
    words = city.split(" ")
    if words[0] in _HOUSES:
        return not _is_town(words)
    if len(words) == 1 or words[0] in _BEGINNINGS or {city, read_city(city)} & _NAMES:
        return False
    return not (len(words) == _OF_TWO and words[-1] in _ENDINGS)


def names_house(city: str) -> bool:
    """Tell whether what stands alone between commas is a house, not a city, as in `12 MAIN ST, COTTAGE, WA 98101`."""
    return city in _HOUSES and city not in _TOWNS


def _is_town(words: Sequence[str]) -> bool:
    """Tell whether a word that also names a house begins a town's name: COTTAGE GROVE, TOWER CITY."""
    return len(words) == _OF_TWO and words[1] in _ENDINGS
