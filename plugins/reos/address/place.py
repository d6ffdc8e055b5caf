"""The last line: city, state and ZIP code in Publication 28 spelling."""

import re
from functools import lru_cache
from typing import NamedTuple

from reos.address.cleaning import clean
from reos.address.pub28 import CITY_PREFIXES, FOREIGN, HOME, STATES

_MEMO_SIZE = 50_000
_DIRECTIONS_TO = frozenset({"BETWEEN", "BTWN", "BTW", "NEAR", "BEHIND", "OPPOSITE", "AND", "AT", "CORNER"})
_ZIP = re.compile(r"(\d{5})(?: ?-? ?(\d{4}))?")
_CANADIAN_POSTCODE = re.compile(r"\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b")
_REGION = re.compile(r"(?P<state>[A-Z ]+?)?(?: ?(?P<zip>\d{5}(?:[ -]*\d{4})?))?")


class Place(NamedTuple):
    """A last line as read. `unknown_state` and `bad_zip`: something was written there that is none.

    `strange_city`: the city's name holds a number, or words that direct a reader.
    """

    city: str = ""
    state: str = ""
    zip5: str = ""
    zip4: str = ""
    unknown_state: bool = False
    bad_zip: bool = False
    strange_city: bool = False
    foreign: bool = False


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
    return " ".join(words)


@lru_cache(maxsize=_MEMO_SIZE)
def read_place(city: str, state: str, zip_code: str) -> Place:
    """Read a last line that arrives in three fields; absent ones are empty."""
    code, found = read_state(state) or "", read_zip(zip_code) or ZipCode()
    name = read_city(city)
    return Place(
        name,
        code,
        *found,
        unknown_state=bool(state.strip()) and not code,
        bad_zip=bool(zip_code.strip()) and not found.zip5,
        strange_city=any(map(str.isdigit, name)) or directs_a_reader(name),
        foreign=is_foreign(clean(state)) or is_foreign(clean(zip_code)),
    )


def read_region(text: str) -> tuple[str, str] | None:
    """Read the cleaned `WA 98101`, `WA` or `98101` as (state, ZIP text); None when it is something else."""
    found = _REGION.fullmatch(text)
    if found is None or not text:
        return None
    state = STATES.get((found["state"] or "").strip())
    if found["state"] and state is None:
        return None
    return state or "", found["zip"] or ""


def directs_a_reader(text: str) -> bool:
    """Tell whether cleaned text says where something is (`BETWEEN 5TH AND 6TH`) instead of naming it."""
    return not _DIRECTIONS_TO.isdisjoint(text.split(" "))


def is_home(text: str) -> bool:
    """Tell whether the cleaned text is a way to write United States."""
    return text in HOME


def is_foreign(text: str) -> bool:
    """Tell whether the cleaned text is a foreign country or province, or holds a Canadian postcode."""
    return text in FOREIGN or _CANADIAN_POSTCODE.search(text) is not None
