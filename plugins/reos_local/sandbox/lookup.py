"""From an address as people write it to its position in the street grid.

This is the sandbox's own reader, deliberately apart from the product's address library: a provider that shared its
parser would hide its mistakes.
"""

import re
from dataclasses import dataclass

from reos_local.sandbox.draws import number
from reos_local.sandbox.places import STATE, index_by_zip, places
from reos_local.sandbox.streets import DIRECTIONS, Street, position_at

_DIRECTION_WORDS = {
    "NORTH": "N",
    "SOUTH": "S",
    "EAST": "E",
    "WEST": "W",
    "NORTHEAST": "NE",
    "NORTHWEST": "NW",
    "SOUTHEAST": "SE",
    "SOUTHWEST": "SW",
}
_KIND_WORDS = {
    "STREET": "ST",
    "AVENUE": "AVE",
    "AV": "AVE",
    "ROAD": "RD",
    "DRIVE": "DR",
    "LANE": "LN",
    "COURT": "CT",
    "PLACE": "PL",
    "WY": "WAY",
    "BOULEVARD": "BLVD",
}
_KINDS = frozenset(_KIND_WORDS.values()) | {"WAY"}
_UNIT = re.compile(r"\s(?:(?:APT|UNIT|STE|SUITE|NO)\.?\s*#?|#)\s*(\w+)$")
_HOUSE = re.compile(r"^(\d{1,6})\s+(.+)$")
_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\s*$")


@dataclass(frozen=True, slots=True)
class Situs:
    """A found address: `line` as the county would write it, and its position in the grid."""

    position: int
    line: str


def _street(text: str) -> Street:
    words = [_DIRECTION_WORDS.get(word, word) for word in text.split()]
    direction = ""
    if len(words) > 1 and words[0] in DIRECTIONS:
        direction, words = words[0], words[1:]
    elif len(words) > 1 and words[-1] in DIRECTIONS:
        direction, words = words[-1], words[:-1]
    last = _KIND_WORDS.get(words[-1], words[-1])
    if len(words) > 1 and last in _KINDS:
        return Street(" ".join(words[:-1]), last, direction)
    return Street(" ".join(words), "", direction)


def _places_of(locality: str, line: str) -> list[int]:
    """Return the one place an address can lie in, by ZIP code or, lacking one, by city."""
    zip_code = _ZIP.search(locality)
    if zip_code:
        index = index_by_zip().get(zip_code[1])
        return [] if index is None else [index]
    city = re.sub(rf"[\s,]+(?:{STATE}|WASHINGTON)?[\s,]*$", "", locality).strip()
    choices = [index for index, place in enumerate(places()) if place.city.upper() == city]
    return [choices[number("zip", line) % len(choices)]] if choices else []


def read_line(line: str) -> tuple[int, Street, str] | None:
    """Split `4529 NE 95th Street #2` into house number, street and unit; None when it is no street address."""
    text = re.sub(r"\s+", " ", line.upper().replace(".", " ").replace(",", " ")).strip()
    unit = _UNIT.search(text)
    house = _HOUSE.match(text[: unit.start()] if unit else text)
    return (int(house[1]), _street(house[2]), unit[1] if unit else "") if house else None


def find(line: str, locality: str) -> Situs | None:
    """Return the situs of a street line and its `CITY, ST ZIP`; None when outside the county or no address at all."""
    read = read_line(line)
    if read is None:
        return None
    house, street, unit = read
    written = f"{house} {street}" + (f" UNIT {unit}" if unit else "")
    found = _places_of(re.sub(r"\s+", " ", locality.upper()).strip(), written)
    return Situs(position_at(found[0], house, street, unit), written) if found else None


def find_in_every_place(line: str) -> list[Situs]:
    """Return the situs of a street line in each ZIP code of the county."""
    read = read_line(line)
    if read is None:
        return []
    house, street, unit = read
    written = f"{house} {street}" + (f" UNIT {unit}" if unit else "")
    return [Situs(position_at(place, house, street, unit), written) for place in range(len(places()))]


def split_one_line(address: str) -> tuple[str, str]:
    """Split `4529 NE 95th St, Seattle, WA 98115` into street line and locality; `, Unit 4,` stays with the line."""
    parts = [part.strip() for part in address.split(",") if part.strip()]
    cut = 2 if re.match(r"(?i)(apt|unit|ste|suite|#)", "".join(parts[1:2])) else 1
    return " ".join(parts[:cut]), ", ".join(parts[cut:])
