"""The grammar of a delivery line: house number, directions, name, suffix, unit. Cleaned words in, tables only.

Free text and separate fields both end here, so that one house has one form however it was given.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from reos.address.pub28 import (
    DIRECTIONALS,
    HIGHWAY_FORMS,
    HIGHWAYS,
    ORDINALS,
    SUFFIXES,
    TENS,
    UNITS,
    WRITTEN_OUT,
)
from reos.address.unit import BARE_DESIGNATOR, Unit, is_bare_identifier, split_units

_NUMBER = re.compile(r"\d+[A-Z]?(?:-\d+[A-Z]?)?|\d+-[A-Z]|\d+\.\d+|[NSEW]\d+(?:[NSEW]\d+)?[A-Z]?")
_SUFFIX_HYPHEN = re.compile(r"(?<=\d)-(?=[A-Z]$)")
_FRACTION = re.compile(r"\d+/\d+(?:-\d+)?")
_FUSED_FRACTION = re.compile(r"(\d+)-(\d/\d)")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")
_NUMERIC_NAME = re.compile(r"(\d+)(?:ST|ND|RD|TH)")
_ROAD_NUMBER = re.compile(r"\d+[A-Z]{0,2}(?:[/-]\d+[A-Z]?)*")
_ROAD_LETTERS = re.compile(r"[A-Z]{1,3}")
_PO_BOX = re.compile(r"(?:P ?O ?B(?:O?X)?|POST OFFICE BOX) (?:# )?([A-Z0-9-]+)")
_ROUTE_BOX = re.compile(
    r"(RR|R R|RFD|RURAL (?:ROUTE|RT|RTE)|HC|HIGHWAY CONTRACT) (?:# )?([A-Z0-9]+) BO?X (?:# )?([A-Z0-9-]+)"
)

_MEMO_SIZE = 4096  # one address asks for its line several times

# Numbers after these are part of the road's name (`OLD HIGHWAY 9`), never a unit.
_NUMBERED_ROADS = frozenset({"HWY", "RTE", "RD", "LOOP", "SPUR", "FWY", "EXPY", "BYP", "TRL"})
# A suffix that alone is no name: `123 ST` says nothing, `123 PARK` does.
BARE_SUFFIXES = frozenset({"ST", "AVE", "RD", "DR", "LN", "CT", "BLVD", "PL", "CIR", "TER", "HWY", "PKWY"})
# New York's numbered streets end at 271; four-digit names are grid roads, which are written without TH.
_LARGEST_ORDINAL = 300
_ORDINAL_SUFFIXES = frozenset({"ST", "AVE", "PL", "DR", "TER", "CT", "LN", "RD", "BLVD"})
_TEENS = range(11, 14)


class Line(NamedTuple):
    """A delivery line in Publication 28 spelling; absent parts are empty strings."""

    number: str = ""
    predirection: str = ""
    street: str = ""
    suffix: str = ""
    postdirection: str = ""
    units: tuple[Unit, ...] = ()
    unit_incomplete: bool = False
    box: str = ""
    is_post_office_box: bool = False


@lru_cache(maxsize=_MEMO_SIZE)
def read_line(text: str) -> Line:
    """Read a cleaned delivery line, with or without house number and unit."""
    box = read_box(text)
    if box is not None:
        return box
    number, words = split_number(text.split(" "))
    split = split_units(words)
    street, bare = _split_bare_unit(split.street)
    units = (*((Unit(BARE_DESIGNATOR, bare),) if bare else ()), *split.units)
    line = _read_street(street)
    return Line(number, *line, units=units, unit_incomplete=split.incomplete)


def read_box(text: str) -> Line | None:
    """Read a post office box or a rural route box (which is a house), or return None."""
    if "BX" not in text and "BO" not in text and not text.startswith("P"):
        return None
    post_office = _PO_BOX.fullmatch(text)
    if post_office:
        return Line(box=f"PO BOX {post_office[1]}", is_post_office_box=True)
    route = _ROUTE_BOX.fullmatch(text)
    if route:
        kind = "HC" if route[1].startswith("H") else "RR"
        return Line(box=f"{kind} {_plain(route[2])} BOX {_plain(route[3])}")
    return None


def split_number(words: Sequence[str]) -> tuple[str, list[str]]:
    """Split off the house number (`62-04`, `509 1/2`, `W123N4567`); it is empty when there is none, or zero."""
    words = list(words)
    fused = _FUSED_FRACTION.fullmatch(words[0]) if "/" in words[0] else None
    if fused:
        words[:1] = fused.groups()
    if len(words) < 2 or not (words[0].isdigit() or _NUMBER.fullmatch(words[0])):  # noqa: PLR2004 - and a street
        return "", words
    number = _SUFFIX_HYPHEN.sub("", _plain(words[0]))
    if "/" in words[1] and _FRACTION.fullmatch(words[1]) and len(words) > 2:  # noqa: PLR2004 - number, fraction, street
        return f"{number} {words[1]}", words[2:]
    return ("" if set(number) <= {"0"} else number), words[1:]


def _plain(number: str) -> str:
    return _LEADING_ZEROS.sub("", number)


def _split_bare_unit(words: list[str]) -> tuple[list[str], str]:
    """`MAIN ST G19` and `MAIN ST N G19`: a last word that no designator announces."""
    if len(words) < 3 or _highway(words) or not is_bare_identifier(words[-1]):  # noqa: PLR2004 - name, suffix, unit
        return words, ""
    before = words[:-2] if words[-2] in DIRECTIONALS and len(words) > 3 else words[:-1]  # noqa: PLR2004 - and direction
    suffix = SUFFIXES.get(before[-1])
    nameless = len(before) == 1 or (len(before) == 2 and before[0] in DIRECTIONALS)  # noqa: PLR2004 - direction, suffix
    if suffix is None or suffix in _NUMBERED_ROADS or nameless:
        return words, ""
    return words[:-1], words[-1]


def _read_street(words: list[str]) -> tuple[str, str, str, str]:
    """Return pre-direction, name, suffix and post-direction."""
    pre, words = _take_predirection(words)
    road = _highway(words)
    if road is not None:
        numbered, rest = road
        post = DIRECTIONALS[rest[0]] if len(rest) == 1 and rest[0] in DIRECTIONALS else ""
        return pre, numbered if post else " ".join([numbered, *rest]), "", post
    if _is_lettered_avenue(words):
        return pre, f"AVENUE {words[1]}", "", ""
    words, post = _take_postdirection(words)
    suffix = SUFFIXES.get(words[-1], "") if len(words) > 1 else ""
    name = words[:-1] if suffix else words
    return pre, _name(name, suffix), suffix, post


def _take_predirection(words: list[str]) -> tuple[str, list[str]]:
    """Take a leading direction unless it is the name itself, as in `NORTH AVE` and `E ST NW`, but not in `W LAKE`."""
    if len(words) < 2 or words[0] not in DIRECTIONALS:  # noqa: PLR2004 - direction and name
        return "", words
    alone = len(words) == 2 or (len(words) == 3 and words[2] in DIRECTIONALS)  # noqa: PLR2004 - as in the docstring
    if SUFFIXES.get(words[1]) in BARE_SUFFIXES and alone:
        return "", words
    return DIRECTIONALS[words[0]], words[1:]


def _take_postdirection(words: list[str]) -> tuple[list[str], str]:
    if len(words) > 1 and words[-1] in DIRECTIONALS:
        return words[:-1], DIRECTIONALS[words[-1]]
    return words, ""


def _is_lettered_avenue(words: Sequence[str]) -> bool:
    """`AVENUE D`, which is a name and not an avenue called D."""
    return len(words) == 2 and SUFFIXES.get(words[0]) == "AVE" and len(words[1]) == 1  # noqa: PLR2004 - two words


def _highway(words: Sequence[str]) -> tuple[str, list[str]] | None:
    """Read `STATE HWY 9 N` as (`STATE HIGHWAY 9`, [`N`]); longer kinds first."""
    if len(words) > 1 and words[0] in DIRECTIONALS:
        return None
    for length in range(min(4, len(words) - 1), 0, -1):
        kind = HIGHWAYS.get(tuple(words[:length]))
        number = words[length] if kind else ""
        if kind and (_ROAD_NUMBER.fullmatch(number) or (kind.letters and _ROAD_LETTERS.fullmatch(number))):
            return f"{kind.form} {_plain(number)}", list(words[length + 1 :])
    return None


def _name(words: list[str], suffix: str) -> str:
    """Spell a street's name: numbers as ordinals in figures, a suffix inside the name in full (`RIVER PKWY`)."""
    ordinal = _ordinal(words, suffix)
    if ordinal is not None:
        return ordinal
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

    Not its first word (`AVENUE OF THE AMERICAS`), nor the last one before a suffix (`MAIN STREET EXT`).
    """
    inner = [] if _is_numbered(line) else line.street.split(" ")[1 : -1 if line.suffix else None]
    return any(SUFFIXES.get(word) in BARE_SUFFIXES or (word in UNITS and UNITS[word].strong) for word in inner)


def is_closed(line: Line) -> bool:
    """Tell whether the line ends where a street ends: in a suffix, a direction, a unit, a numbered road or a box."""
    return bool(line.suffix or line.postdirection or line.units or line.box) or _is_numbered(line)


def _is_numbered(line: Line) -> bool:
    return line.street.rpartition(" ")[0] in HIGHWAY_FORMS


def names_nothing(line: Line) -> bool:
    """Tell whether the line has no street name, or only a word like `ST` in its place."""
    if line.box:
        return False
    return not line.street or (not line.suffix and SUFFIXES.get(line.street) in BARE_SUFFIXES)
