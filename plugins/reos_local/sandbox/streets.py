"""The invented county's street grid: every address in it has a position number, and every position one address.

Streets are numbered (`NE 45TH ST`, `15TH AVE NE`, as King County writes them) or named (`MAPLE LN`). An address on a
street outside the grid gets a position in a slot of its ZIP code that has no street: the county then knows the parcel
but not its address, as real rolls do too.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from reos_local.sandbox.draws import number
from reos_local.sandbox.numbering import SPACE
from reos_local.sandbox.places import Place, places

HOUSE_NUMBERS = 20_000
ORDINALS = 195
NAMES = 200
DIRECTIONS = ("", "N", "S", "E", "W", "NE", "NW", "SE", "SW")
ORDINAL_KINDS = ("ST", "AVE", "PL")
NAMED_KINDS = ("ST", "AVE", "RD", "DR", "LN", "CT", "PL", "WAY", "BLVD")
_NAMED = NAMES * len(NAMED_KINDS)
STREETS = _NAMED + ORDINALS * len(ORDINAL_KINDS) * len(DIRECTIONS)


@dataclass(frozen=True, slots=True)
class Street:
    """A street of the grid: its name is a word or an ordinal such as `45TH`; only ordinals carry a direction."""

    name: str
    kind: str
    direction: str = ""

    def __str__(self) -> str:
        words = (self.name, self.kind, self.direction) if self.kind == "AVE" else (self.direction, self.name, self.kind)
        return " ".join(word for word in words if word)


@lru_cache(maxsize=1)
def street_names() -> tuple[str, ...]:
    """Return the words that name streets, in the order that their numbers follow."""
    text = files("reos_local.sandbox").joinpath("street_names.txt").read_text(encoding="utf-8")
    return tuple(text.split())


@lru_cache(maxsize=1)
def _index_by_name() -> dict[str, int]:
    return {name: position for position, name in enumerate(street_names())}


def ordinal(value: int) -> str:
    """Return `1ST`, `2ND`, `3RD`, `11TH` … for a positive number."""
    last_two = value % 100
    suffix = "TH" if last_two in (11, 12, 13) else {1: "ST", 2: "ND", 3: "RD"}.get(value % 10, "TH")
    return f"{value}{suffix}"


def _street_at(street: int) -> Street:
    if street < _NAMED:
        name, kind = divmod(street, len(NAMED_KINDS))
        return Street(street_names()[name], NAMED_KINDS[kind])
    rest, direction = divmod(street - _NAMED, len(DIRECTIONS))
    value, kind = divmod(rest, len(ORDINAL_KINDS))
    return Street(ordinal(value + 1), ORDINAL_KINDS[kind], DIRECTIONS[direction])


def _street_number(street: Street) -> int | None:
    named = _index_by_name().get(street.name)
    if named is not None and not street.direction and street.kind in NAMED_KINDS:
        return named * len(NAMED_KINDS) + NAMED_KINDS.index(street.kind)
    digits = street.name[:-2]
    if not digits.isdecimal() or not 1 <= int(digits) <= ORDINALS or street.kind not in ORDINAL_KINDS:
        return None
    rest = (int(digits) - 1) * len(ORDINAL_KINDS) + ORDINAL_KINDS.index(street.kind)
    return _NAMED + rest * len(DIRECTIONS) + DIRECTIONS.index(street.direction)


def _grid_size() -> int:
    return len(places()) * STREETS * HOUSE_NUMBERS


def address_at(position: int) -> tuple[Place, str | None]:
    """Return the place and the street line at `position`; the line is None in a slot that has no street."""
    off_grid = position - _grid_size()
    if off_grid >= 0:
        slots = (SPACE - _grid_size()) // len(places())
        return places()[min(off_grid // slots, len(places()) - 1)], None
    rest, house = divmod(position, HOUSE_NUMBERS)
    place, street = divmod(rest, STREETS)
    return places()[place], f"{house + 1} {_street_at(street)}"


def position_at(place: int, house: int, street: Street, unit: str = "") -> int:
    """Return the position of house number `house` on `street` in the place with index `place`."""
    code = _street_number(street)
    if code is None or unit or not 1 <= house <= HOUSE_NUMBERS:
        slots = (SPACE - _grid_size()) // len(places())
        return _grid_size() + place * slots + number("off-grid", house, street, unit) % slots
    return (place * STREETS + code) * HOUSE_NUMBERS + house - 1
