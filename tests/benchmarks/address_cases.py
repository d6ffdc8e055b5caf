"""Made-up addresses with the Publication 28 form that each must get: the same seed, the same addresses.

The spellings that made-up addresses are written with are those of usaddress-scourgify's own tables, so that the peer
that we are measured against meets only words that it knows.
"""

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from scourgify.address_constants import (
    DIRECTIONAL_REPLACEMENTS,
    OCCUPANCY_TYPE_ABBREVIATIONS,
    STREET_TYPE_ABBREVIATIONS,
)

from reos.address import AddressParts

SUFFIXES = ("ST", "AVE", "RD", "DR", "LN", "CT", "BLVD", "PL", "CIR", "TER", "WAY", "PKWY", "TRL", "CV", "PT", "RDG")
NAMES = (
    "MAIN", "OAK", "MAPLE", "LAKE VIEW", "WASHINGTON", "MARTIN LUTHER KING", "SUNSET", "EL CAMINO", "ST MARYS",
    "MILL CREEK", "JEFFERSON", "CHERRY HILL", "LA CIENEGA", "COUNTY LINE", "VAN NESS", "HIGHLAND", "RIVER BEND",
    "COTTONWOOD", "OLD MILL", "PEACHTREE", "SAN PABLO", "CHESTNUT", "FOX HOLLOW", "BELL", "AVALON", "QUAIL RUN",
)  # fmt: skip
PLACES = (
    ("SEATTLE", "WA", "981"), ("RENO", "NV", "895"), ("SALT LAKE CITY", "UT", "841"), ("AUSTIN", "TX", "787"),
    ("LOS ANGELES", "CA", "900"), ("NEW YORK", "NY", "100"), ("COLUMBUS", "OH", "432"), ("ATLANTA", "GA", "303"),
    ("SIOUX FALLS", "SD", "571"), ("BOISE", "ID", "837"), ("KANSAS CITY", "MO", "641"), ("CHARLOTTE", "NC", "282"),
    ("WEST PALM BEACH", "FL", "334"), ("BATON ROUGE", "LA", "708"), ("PORTLAND", "ME", "041"), ("TULSA", "OK", "741"),
    ("DES MOINES", "IA", "503"), ("GRAND RAPIDS", "MI", "495"), ("BUFFALO", "NY", "142"), ("MADISON", "WI", "537"),
)  # fmt: skip
STATES = {"WA": "Washington", "TX": "Texas", "CA": "Calif", "OH": "Ohio", "GA": "Georgia", "FL": "Fla", "MI": "Mich"}
UNITS = ("APT", "STE", "UNIT", "BLDG", "FL", "RM", "TRLR", "DEPT", "LOT")
NUMBERED = {"FIRST": "1ST", "SECOND": "2ND", "THIRD": "3RD", "FIFTH": "5TH", "NINTH": "9TH", "TENTH": "10TH"}
ROADS = (
    ("Hwy", "HIGHWAY"), ("US Hwy", "US HIGHWAY"), ("State Rd", "STATE ROAD"), ("County Rd", "COUNTY ROAD"),
    ("State Route", "STATE ROUTE"), ("CR", "COUNTY ROAD"), ("FM", "FM"), ("Interstate", "INTERSTATE"),
)  # fmt: skip


class Form(NamedTuple):
    """A Publication 28 form: delivery line, unit and last line. None: not stated, so nothing to compare with."""

    line: str | None = None
    unit: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None


class Case(NamedTuple):
    """An address as written, in one line (only `street` is given) or in fields, and its form."""

    given: AddressParts
    form: Form


def split_cases(seed: int, count: int) -> list[Case]:
    """Return distinct addresses that arrive in fields: line, unit, city, state, ZIP."""
    return [_fields(home) for home in _homes(Random(seed), count)]


def comma_cases(seed: int, count: int) -> list[Case]:
    """Return distinct one-line addresses with a comma before the city and before the state."""
    return [_one_line(home, ", ") for home in _homes(Random(seed), count)]


def free_cases(seed: int, count: int) -> list[Case]:
    """Return distinct one-line addresses without any comma."""
    return [_one_line(home, " ") for home in _homes(Random(seed), count)]


def special_cases(seed: int, count: int) -> list[Case]:
    """Return boxes, rural routes, numbered roads and streets, fractions, ranges and hyphenated numbers."""
    random = Random(seed)
    made = (_special(random) for _ in range(count * 3))
    return list({case.given.street: case for case in made}.values())[:count]


class _Home(NamedTuple):
    written: str
    written_unit: str
    written_state: str
    form: Form


def _homes(random: Random, count: int) -> list[_Home]:
    made: dict[tuple[str, str, str], _Home] = {}
    while len(made) < count:
        home = _home(random)
        made[home.written, home.written_unit, home.form.zip_code or ""] = home
    return list(made.values())


def _home(random: Random) -> _Home:
    number = str(random.randint(1, 29999))
    direction = random.choice(("", "", "N", "S", "E", "W", "NE"))
    name, suffix = random.choice(NAMES), random.choice(SUFFIXES)
    words = [number, _spelled(random, direction, DIRECTIONAL_REPLACEMENTS), name]
    words.append(_spelled(random, suffix, STREET_TYPE_ABBREVIATIONS))
    line = " ".join(word for word in (number, direction, name, suffix) if word)
    unit, written_unit = _unit(random)
    city, state, zip_code = _place(random)
    written_state = STATES.get(state, state) if random.random() < 0.3 else state
    written = _styled(random, " ".join(word for word in words if word))
    return _Home(written, written_unit, written_state, Form(line, unit, city, state, zip_code))


def _unit(random: Random) -> tuple[str, str]:
    if random.random() < 0.6:
        return "", ""
    kind = random.choice(UNITS)
    identifier = f"{random.randint(1, 999)}{random.choice(('', '', 'A', 'B'))}"
    written = f"{_spelled(random, kind, OCCUPANCY_TYPE_ABBREVIATIONS)} {identifier}"
    return f"{kind} {identifier}", _styled(random, written)


def _place(random: Random) -> tuple[str, str, str]:
    city, state, prefix = random.choice(PLACES)
    return city, state, f"{prefix}{random.randint(1, 99):02}"


def _spelled(random: Random, short: str, table: Mapping[str, str]) -> str:
    """Return one of the spellings that `table` shortens to `short`."""
    return random.choice([short, *(word for word, form in table.items() if form == short)]) if short else ""


def _styled(random: Random, text: str) -> str:
    return random.choice((str.upper, str.lower, str.title))(text)


def _fields(home: _Home) -> Case:
    form = home.form
    given = AddressParts(
        home.written, unit=home.written_unit, city=(form.city or "").title(), state=home.written_state,
        zip_code=form.zip_code or "",
    )  # fmt: skip
    return Case(given, form)


def _one_line(home: _Home, separator: str) -> Case:
    form = home.form
    delivery = f"{home.written} {home.written_unit}".strip()
    text = separator.join((delivery, (form.city or "").title(), f"{home.written_state} {form.zip_code}"))
    return Case(AddressParts(text), form)


def _special(random: Random) -> Case:
    written, line = random.choice((_road, _box, _numbered, _odd_number))(random)
    city, state, zip_code = _place(random)
    separator = random.choice((", ", " "))
    text = separator.join((_styled(random, written), city.title(), f"{state} {zip_code}"))
    return Case(AddressParts(text), Form(line, "", city, state, zip_code))


def _road(random: Random) -> tuple[str, str]:
    (written, form), number, road = random.choice(ROADS), random.randint(1, 29999), random.randint(2, 999)
    return f"{number} {written} {road}", f"{number} {form} {road}"


def _box(random: Random) -> tuple[str, str]:
    route, box = random.randint(1, 99), random.randint(1, 9999)
    return random.choice(
        (
            (f"PO Box {box}", f"PO BOX {box}"), (f"P.O. Box {box}", f"PO BOX {box}"),
            (f"RR {route} Box {box}", f"RR {route} BOX {box}"), (f"HC {route} Box {box}", f"HC {route} BOX {box}"),
            (f"Rural Route {route} Box {box}", f"RR {route} BOX {box}"),
        )
    )  # fmt: skip


def _numbered(random: Random) -> tuple[str, str]:
    number = random.randint(1, 29999)
    written, form = random.choice(list(NUMBERED.items()))
    return f"{number} W {random.choice((written, form))} Street", f"{number} W {form} ST"


def _odd_number(random: Random) -> tuple[str, str]:
    first, last = random.randint(10, 199), random.randint(10, 99)
    number = random.choice((f"{first}-{last}", f"{first}A", f"{first} 1/2", f"{first}-{first + 2}", f"W{first}N{last}"))
    return f"{number} Highland Avenue", f"{number} HIGHLAND AVE"
