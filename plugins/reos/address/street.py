"""The grammar of a delivery line: house number, directions, name, suffix, unit. Cleaned words in, tables only.

Free text and separate fields both end here, so that one house has one form however it was given.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from reos.address.house_number import plain, split_number
from reos.address.place import DIRECTIONS_TO
from reos.address.pub28 import (
    CLOSING,
    DIRECTIONALS,
    HIGHWAY_FORMS,
    HIGHWAYS,
    LAST_WORDS,
    ORDINALS,
    SAINTS,
    SUFFIXES,
    TENS,
    UNITS,
    WRITTEN_OUT,
)
from reos.address.unit import BARE_DESIGNATOR, Unit, is_bare_identifier, read_unit_field, split_units

_NUMERIC_NAME = re.compile(r"(\d+)(?:ST|ND|RD|TH)")
_ROAD_NUMBER = re.compile(r"\d+[A-Z]{0,2}(?:[/-]\d+[A-Z]?)*")
_ROAD_LETTERS = re.compile(r"[A-Z]{1,3}")
_PO_BOX = re.compile(r"(?:P ?O ?B(?:O?X)?|POST OFFICE BOX) (?:# )?([A-Z0-9-]+)")
_ROUTE_BOX = re.compile(
    r"(RR|R R|RFD|RURAL (?:ROUTE|RT|RTE)|HC|HIGHWAY CONTRACT) (?:# )?([A-Z0-9]+) BO?X (?:# )?([A-Z0-9-]+)(?= |$)"
)

# Publication 28, 25: PSC, CMR or UNIT with its box, behind APO, FPO or DPO as the city.
_MILITARY_BOX = re.compile(r"(?:PSC|CMR|UNIT) \d+[A-Z]? BOX [A-Z0-9-]+")
_GENERAL_DELIVERY = "GENERAL DELIVERY"

_MEMO_SIZE = 20_000

# Numbers after these are part of the road's name (`OLD HIGHWAY 9`), never a unit.
_NUMBERED_ROADS = frozenset({"HWY", "RTE", "RD", "LOOP", "SPUR", "FWY", "EXPY", "BYP", "TRL"})
# A suffix that alone is no name: `123 ST` says nothing, `123 PARK` does.
BARE_SUFFIXES = frozenset({"ST", "AVE", "RD", "DR", "LN", "CT", "BLVD", "PL", "CIR", "TER", "HWY", "PKWY"})
# New York's numbered streets end at 271; four-digit names are grid roads, which are written without TH.
_LARGEST_ORDINAL = 300
_ORDINAL_SUFFIXES = frozenset({"ST", "AVE", "PL", "DR", "TER", "CT", "LN", "RD", "BLVD"})
_NAMED_ORDINAL_SUFFIXES = frozenset({"ST", "AVE", "PL"})  # not RD: `MILE 7 RD`
_TEENS = range(11, 14)
# STE is a saint as well (SAULT STE MARIE AVE).
_SAINTE = "STE"
_STRONG_UNITS = frozenset(word for word, kind in UNITS.items() if kind.strong and word != _SAINTE)
_IN_NO_NAME = DIRECTIONS_TO | _STRONG_UNITS
_HIGHWAY_STARTS = frozenset(words[0] for words in HIGHWAYS)


class Line(NamedTuple):
    """A delivery line in Publication 28 spelling; absent parts are empty strings.

    `doubtful`: number or unit stand where only some county files put them, or the street's name holds words that no
    street is called, so the line may mean something else.
    """

    number: str = ""
    predirection: str = ""
    street: str = ""
    suffix: str = ""
    postdirection: str = ""
    units: tuple[Unit, ...] = ()
    unit_incomplete: bool = False
    doubtful: bool = False
    box: str = ""
    is_post_office_box: bool = False


def read_line(text: str) -> Line:
    """Read a cleaned delivery line, with or without house number and unit."""
    number, _, street = text.partition(" ")
    if number.isdigit() and number[0] != "0" and street[:1].isalpha():
        return _numbered(number, _read_street(street))
    return read_box(text) or _read_rarer_line(text)


def _numbered(number: str, street: Line) -> Line:
    return Line._make((number, *street[1:]))


def _read_rarer_line(text: str) -> Line:
    """Read a line that does not begin with a plain house number and a name."""
    number, words = split_number(text.split(" "))
    if len(words) > 2 and words[0].isdigit() and len(words[0]) == 1 and _NUMERIC_NAME.fullmatch(words[1]):  # noqa: PLR2004
        line = _numbered(number, _read_street(" ".join(words[1:])))  # `510 1 6TH ST`: the unit comes first
        return line._replace(units=(Unit(BARE_DESIGNATOR, words[0]), *line.units), doubtful=True)
    street = _read_street(" ".join(words))
    if not number and street.units == (Unit(BARE_DESIGNATOR, words[-1]),) and _is_number_behind(words):
        return street._replace(number=plain(words[-1]), units=(), doubtful=True)
    return _numbered(number, street)


def _is_number_behind(words: Sequence[str]) -> bool:
    """`LAGUNA VISTA PL 102`: the house number stands at the end, in some county files."""
    return words[-1].isdigit() and words[-2] not in UNITS


def read_box(text: str) -> Line | None:
    """Read a post office box, a military one, or a rural route box (which is a house), or return None."""
    if "BX" not in text and "BO" not in text and not text.startswith(("P", "GEN")):
        return None
    post_office = _PO_BOX.fullmatch(text)
    if post_office:
        return Line(box=f"PO BOX {post_office[1]}", is_post_office_box=True)
    if _MILITARY_BOX.fullmatch(text) or text == _GENERAL_DELIVERY:
        return Line(box=text, is_post_office_box=True)
    route = _ROUTE_BOX.match(text)
    units = read_unit_field(text[route.end() + 1 :]) if route else None
    if route and units and not units.street:
        kind = "HC" if route[1].startswith("H") else "RR"
        box = f"{kind} {plain(route[2])} BOX {plain(route[3])}"
        return Line(box=box, units=units.units, unit_incomplete=units.incomplete)
    return None


def _split_bare_unit(words: list[str]) -> tuple[list[str], str]:
    """`MAIN ST G19` and `MAIN ST N G19`: a last word that no designator announces."""
    if len(words) < 3 or numbered_road(words):  # noqa: PLR2004 - name, suffix, unit
        return words, ""
    before = words[:-2] if words[-2] in DIRECTIONALS and len(words) > 3 else words[:-1]  # noqa: PLR2004 - and direction
    suffix = SUFFIXES.get(before[-1])
    nameless = len(before) == 1 or (len(before) == 2 and before[0] in DIRECTIONALS)  # noqa: PLR2004 - direction, suffix
    if suffix is None or suffix in _NUMBERED_ROADS or nameless:
        return words, ""
    return words[:-1], words[-1]


@lru_cache(maxsize=_MEMO_SIZE)
def _read_street(text: str) -> Line:
    """Read a line without its number; remembered, as a street has many houses."""
    words, units, incomplete = split_units(text.split(" "))
    if is_bare_identifier(words[-1]):
        words, bare = _split_bare_unit(words)
        units = (Unit(BARE_DESIGNATOR, bare), *units) if bare else units
    pre, name, suffix, post = _read_names(words)
    strange = " " in name and not _IN_NO_NAME.isdisjoint(name.split(" ")[1:])
    return Line("", pre, name, suffix, post, units, incomplete, strange)


def _read_names(words: list[str]) -> tuple[str, str, str, str]:
    """Return pre-direction, name, suffix and post-direction."""
    pre = ""
    if words[0] in DIRECTIONALS and len(words) > 1:
        pre, words = _take_predirection(words)
    road = numbered_road(words) if words[0] in _HIGHWAY_STARTS else None
    if road is not None:
        numbered, rest = road
        post = DIRECTIONALS[rest[0]] if len(rest) == 1 and rest[0] in DIRECTIONALS else ""
        return pre, numbered if post else " ".join([numbered, *rest]), "", post
    if len(words) == 2 and len(words[1]) == 1 and SUFFIXES.get(words[0]) == "AVE":  # noqa: PLR2004 - `AVENUE D`, a name
        return pre, f"AVENUE {words[1]}", "", ""
    post = DIRECTIONALS.get(words[-1], "") if len(words) > 1 else ""
    if post:
        words = words[:-1]
    suffix = (SUFFIXES.get(words[-1]) or LAST_WORDS.get(words[-1], "")) if len(words) > 1 else ""
    return pre, _name(words[:-1] if suffix else words, suffix), suffix, post


def _take_predirection(words: list[str]) -> tuple[str, list[str]]:
    """Take a leading direction unless it is the name itself, as in `NORTH AVE` and `E ST NW`, but not in `W LAKE`."""
    alone = len(words) == 2 or (len(words) == 3 and words[2] in DIRECTIONALS)  # noqa: PLR2004 - as in the docstring
    if SUFFIXES.get(words[1]) in BARE_SUFFIXES and alone:
        return "", words
    return DIRECTIONALS[words[0]], words[1:]


def numbered_road(words: Sequence[str]) -> tuple[str, list[str]] | None:
    """Read `STATE HWY 9 N` as (`STATE HIGHWAY 9`, [`N`]); longer kinds first."""
    if words[0] not in _HIGHWAY_STARTS:
        return None
    for length in range(min(4, len(words) - 1), 0, -1):
        kind = HIGHWAYS.get(tuple(words[:length]))
        number = words[length] if kind else ""
        if kind and (_ROAD_NUMBER.fullmatch(number) or (kind.letters and _ROAD_LETTERS.fullmatch(number))):
            return f"{kind.form} {plain(number)}", list(words[length + 1 :])
    return None


def _name(words: list[str], suffix: str) -> str:
    """Spell a street's name: numbers as ordinals in figures, a suffix inside the name in full (`RIVER PKWY`)."""
    ordinal = _ordinal(words, suffix)
    if ordinal is not None:
        return ordinal
    if words[-1].isdigit() and suffix in _NAMED_ORDINAL_SUFFIXES and len(words) > 1:  # `BEACH 73 ST`
        words = [*words[:-1], _ordinal(words[-1:], suffix) or words[-1]]
    first = "AVENUE" if SUFFIXES.get(words[0]) == "AVE" and len(words) > 1 else words[0]
    words = [first, *words[1:]]
    if words[-1] in WRITTEN_OUT and (len(words) > 1 or suffix):
        words[-1] = WRITTEN_OUT[words[-1]]
    return " ".join(words)


def _ordinal(words: Sequence[str], suffix: str) -> str | None:
    """Return `21ST` for TWENTY FIRST, 21TH and `21` before a suffix; None for other names."""
    if len(words) == 2 and words[0] in TENS and ORDINALS.get(words[1], 10) < 10:  # noqa: PLR2004 - tens and ones
        return _figure(TENS[words[0]] + ORDINALS[words[1]])
    if len(words) != 1:
        return None
    word = words[0]
    if word in ORDINALS:
        return _figure(ORDINALS[word])
    numeric = _NUMERIC_NAME.fullmatch(word)
    if numeric:
        return _figure(int(numeric[1]))
    if word.isdigit() and suffix in _ORDINAL_SUFFIXES and 0 < int(word) <= _LARGEST_ORDINAL:
        return _figure(int(word))
    return None


def _figure(number: int) -> str:
    ending = "TH" if number % 100 in _TEENS else {1: "ST", 2: "ND", 3: "RD"}.get(number % 10, "TH")
    return f"{number}{ending}"


def is_tangled(line: Line) -> bool:
    """Tell whether the name holds words that end a street (`MAIN ST SEATTLE`): more than a street may be in it.

    Not its first word (`AVENUE OF THE AMERICAS`), nor the last one before a suffix (`MAIN STREET EXT`), nor a saint's
    ST there (`MT ST HELENS DR`).
    """
    if _is_numbered(line) or " " not in line.street:
        return False
    words = line.street.split(" ")
    if _SAINTE in words[1:-1] and words[words.index(_SAINTE, 1) + 1][0].isdigit():
        return True
    last = len(words) - bool(line.suffix)
    return any(
        word in _STRONG_UNITS or (SUFFIXES.get(word) in BARE_SUFFIXES and not (line.suffix and _is_saint(words, index)))
        for index, word in enumerate(words[1:last], start=1)
    )


def _is_saint(words: Sequence[str], index: int) -> bool:
    return words[index] == "ST" and index + 1 < len(words) and words[index + 1] in SAINTS


def is_closed(line: Line) -> bool:
    """Tell whether the line ends where a street ends: in a suffix no city has, a direction, a unit, a road or a box."""
    return bool(line.suffix in CLOSING or line.postdirection or line.units or line.box) or _is_numbered(line)


def _is_numbered(line: Line) -> bool:
    return line.street.rpartition(" ")[0] in HIGHWAY_FORMS


def names_nothing(line: Line) -> bool:
    """Tell whether the line has no street name, or only a word like `ST` in its place."""
    if line.box:
        return False
    return not line.street or (not line.suffix and SUFFIXES.get(line.street) in BARE_SUFFIXES)
