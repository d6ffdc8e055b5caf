"""The last line: city, state and ZIP code in Publication 28 spelling."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from reos.address.cleaning import clean
from reos.address.pub28 import (
    CITY_ALIASES,
    CITY_PREFIXES,
    DIRECTION_CITIES,
    DIRECTIONALS,
    FOREIGN,
    HOME,
    IN_HOUSE,
    SHORT_BEGINNINGS,
    STATES,
    SUFFIXES,
)
from reos.address.unit import is_penthouse

_MEMO_SIZE = 50_000
# What tells a reader where a house is; behind the first ones stand other streets, so that the house is complete before.
BETWEEN_STREETS = frozenset({"BETWEEN", "BTWN", "BTW", "BET"})
CROSS_STREETS = BETWEEN_STREETS | {"NEAR", "AT", "OFF"}  # in a name as well: THE COVE AT OAKS DR
DIRECTIONS_TO = CROSS_STREETS | {"BEHIND", "OPPOSITE", "AND", "CORNER"}
_SHORT = 2
_VOWELS = frozenset("AEIOUY")
_TOWN_WORDS = frozenset({"CITY", "TOWN", "TOWNSHIP"})
_ZIP = re.compile(r"(\d{5})(?: ?-? ?(\d{4}))?")
_CANADIAN_POSTCODE = re.compile(r"\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b")
_ZIP_TEXT = re.compile(r"\d{5}(?:[ -]*\d{4})?")
_LONGEST_STREET = 4
_LONGEST_STATE = 3  # words: DISTRICT OF COLUMBIA


class Place(NamedTuple):
    """A last line as read. `unknown_state` and `bad_zip`: something was written there that is none.

    `strange_city`: the city's name holds a number, or words that direct a reader. `endings`: how a line ends that goes
    on to the city or the state.
    """

    city: str = ""
    state: str = ""
    zip5: str = ""
    zip4: str = ""
    unknown_state: bool = False
    bad_zip: bool = False
    strange_city: bool = False
    foreign: bool = False
    endings: tuple[str, ...] = ()


class ZipCode(NamedTuple):
    """ZIP5 and its +4, empty when absent."""

    zip5: str = ""
    zip4: str = ""


def read_zip(text: str) -> ZipCode | None:
    """Read `98101`, `98101-1234` or `981011234`; None when it is none of them (a lost leading zero is not guessed)."""
    found = _ZIP.fullmatch(text.strip())
    if found is None or found[1] == "00000":
        return None
    return ZipCode(found[1], found[2] or "")


def read_state(text: str) -> str | None:
    """Return the two-letter code for a state's code, name or traditional abbreviation; None when it is none."""
    return STATES.get(clean(text))


def read_city(text: str) -> str:
    """Spell a city: upper case, first word in full (`SAINT PAUL`, `NORTH LAS VEGAS`)."""
    words = clean(text).replace(",", " ").replace("-", " ").split()
    if len(words) > 1 and words[0] in CITY_PREFIXES:
        words[0] = CITY_PREFIXES[words[0]]
    name = " ".join(words)
    return CITY_ALIASES.get(name, name)


@lru_cache(maxsize=_MEMO_SIZE)
def read_place(city: str, state: str, zip_code: str) -> Place:
    """Read a last line that arrives in three fields; absent ones are empty."""
    region = _read_region(city, state)
    if not zip_code:
        return region
    found = read_zip(zip_code)
    if found:
        return region._replace(zip5=found.zip5, zip4=found.zip4)
    return region._replace(bad_zip=bool(zip_code.strip()), foreign=region.foreign or is_foreign(clean(zip_code)))


@lru_cache(maxsize=_MEMO_SIZE)
def _read_region(city: str, state: str) -> Place:
    name, code = read_city(city), read_state(state) or ""
    return Place(
        name,
        code,
        unknown_state=bool(state.strip()) and not code,
        strange_city=any(map(str.isdigit, name)) or directs_a_reader(name),
        foreign=is_foreign(clean(state)),
        endings=tuple(f" {part}" for part in (name, code) if part),
    )


def take_region(parts: Sequence[str]) -> tuple[list[str], str, str]:
    """Take state and ZIP from the end of cleaned text in parts; return (parts before, state code, ZIP text).

    They may be parts of their own (`WA`, `98101`) or end one (`SEATTLE WA 98101`). A state's name in full counts only
    before a ZIP or as a part of its own: FORT WASHINGTON is a city.
    """
    words = [part.split(" ") for part in parts]
    zip_code = _take_zip(words)
    state = _take_state(words, by_name=bool(zip_code))
    return [" ".join(part) for part in words if part], state, zip_code


def _take_zip(parts: list[list[str]]) -> str:
    last = parts[-1] if parts else []
    if not last or not last[-1][-1:].isdigit():
        return ""
    for length in (1, 2):
        text = " ".join(last[-length:])
        if len(last) >= length and _ZIP_TEXT.fullmatch(text):
            del last[-length:]
            if not last:
                parts.pop()
            return text
    return ""


def _take_state(parts: list[list[str]], *, by_name: bool) -> str:
    last = parts[-1] if parts else []
    for length in range(min(len(last), _LONGEST_STATE), 0, -1):
        state = STATES.get(" ".join(last[-length:]))
        alone = length == len(last)
        if state and (by_name or alone or len(last[-1]) == len(state)):
            del last[-length:]
            if alone:
                parts.pop()
            return state
    return ""


def directs_a_reader(text: str) -> bool:
    """Tell whether cleaned text says where something is (`BETWEEN 5TH AND 6TH`) instead of naming it."""
    return not DIRECTIONS_TO.isdisjoint(text.split(" "))


def begins_like_unit(words: Sequence[str], *, apart: bool) -> bool:
    """Tell whether a city's cleaned words begin with a home's place in its house (LOWER LEVEL BROOKLYN) or number (GK).

    Standing `apart`, behind a comma, LE MARS is a city; behind a street, LE may be the unit.
    """
    first = words[0]
    if not first or first in DIRECTIONALS or first in SHORT_BEGINNINGS:
        return False
    if first in IN_HOUSE:
        return len(words) == 1 or not (words[1] in SUFFIXES or words[1] in _TOWN_WORDS)
    return _VOWELS.isdisjoint(first) or is_penthouse(first) or len(first) <= (1 if apart else _SHORT)


def begins_with_direction(words: Sequence[str]) -> bool:
    """Tell whether a city's cleaned words begin with a direction that may be the street's (EAST BRONX)."""
    return words[0] in DIRECTIONALS and " ".join(words) not in DIRECTION_CITIES


def is_home(text: str) -> bool:
    """Tell whether the cleaned text is a way to write United States."""
    return text in HOME


def is_foreign(text: str) -> bool:
    """Tell whether the cleaned text is a foreign country or province, or holds a Canadian postcode."""
    return text in FOREIGN or _CANADIAN_POSTCODE.search(text) is not None


def ends_abroad(text: str) -> bool:
    """Tell whether a cleaned text without commas goes on to Canada; a street of that name is shorter."""
    words = text.split(" ")
    return words[-1] == "CANADA" and len(words) > _LONGEST_STREET
