"""Where the street ends in text without commas, found by tables, and only when they allow a single cut.

A street ends at a suffix that no US city's name begins with or goes on after (`closing` in pub28.yml), at a road's
number or at a box; a direction of two points and units may follow; what is left is the city. Everything else is left to
the trained model: a suffix that cities use too (LAKE, PARK), a single point between street and city (MAIN ST | S BEND),
`ST` before a saint's name (OAK | ST CLAIR SHORES).
"""

import re
from typing import NamedTuple

from reos.address.house_number import split_number
from reos.address.place import begins_like_unit, begins_with_direction, directs_a_reader
from reos.address.pub28 import CLOSING, CLOSING_TOWNS, DIRECTIONALS, LAST_WORDS, SAINTS, SUFFIXES, UNFINISHED, UNITS
from reos.address.street import is_tangled, names_nothing, numbered_road, read_box, read_line

_LONGEST_CITY = 4
_CODE = 2
_TWO_POINTS = frozenset({"NE", "NW", "SE", "SW"})  # not in full: SOUTHWEST RANCHES
_HAS_DIGIT = re.compile(r"\d")


class Cut(NamedTuple):
    """A delivery line, its unit included, and the city; the city is empty when the text ends with the line."""

    line: str
    city: str


def cut_line(text: str) -> Cut | None:
    """Cut a cleaned text that holds no comma, state or ZIP; None when it can be cut in another way too."""
    words = text.split(" ")
    _, rest = split_number(words)
    begin = len(words) - len(rest)
    end = _end_of_street(rest) if begin else _end_without_number(words)
    if end is None:
        return None
    line, city = " ".join(words[: begin + end]), rest[end:]
    return Cut(line, " ".join(city)) if _is_line(line) and _is_city(city) else None


def begins_a_town(words: list[str], index: int) -> bool:
    """Tell whether the closing suffix at `index` begins a city's name all the same: ST PAUL, CIRCLE PINES."""
    if index + 1 >= len(words):
        return False
    word, following = words[index], words[index + 1]
    return (word == "ST" and following in SAINTS) or f"{word} {following}" in CLOSING_TOWNS


def ends_in_code(words: list[str]) -> bool:
    """Tell whether what should be a city ends in what looks like a state's code, but not SANTA FE."""
    return len(words[-1]) <= _CODE and (len(words) == 1 or words[-2] not in UNFINISHED)


def _end_without_number(words: list[str]) -> int | None:
    """Return where a box ends, or a street that nothing follows but, in some county files, its number."""
    if "BOX" in words[1:-1]:
        end = words.index("BOX", 1) + 2
        end += words[end - 1] == "#"
        return end if read_box(" ".join(words[:end])) else None
    street = words[:-1] if words[-1].isdigit() else words
    return len(words) if street and _end_of_street(street) == len(street) else None


def _end_of_street(words: list[str]) -> int | None:
    """Return where street, direction and units end in the words after the house number."""
    road = numbered_road(words[1:] if words[0] in DIRECTIONALS and len(words) > 1 else words)
    if road is not None:
        end: int | None = len(words) - len(road[1])
    else:
        end = _end_of_suffix(words)
    return end and _past_units(words, _past_direction(words, end))


def _end_of_suffix(words: list[str]) -> int | None:
    """Return where the only closing suffix ends; None when there is none, or when it may be part of a name."""
    for index in range(1, len(words)):
        if SUFFIXES.get(words[index]) not in CLOSING:
            continue
        nameless = all(word in DIRECTIONALS for word in words[:index])
        if begins_a_town(words, index):
            if not nameless:
                return None
        elif nameless and words[index + 1 : index + 2] and words[index + 1] in SUFFIXES:
            return None  # `N CIRCLE HTS`
        else:
            return index + 1
    return len(words) if words[-1] in LAST_WORDS else None


def _past_direction(words: list[str], end: int) -> int:
    """Step over a direction that cannot begin a city: `NE`, or one before a unit or at the end."""
    if end == len(words) or words[end] not in DIRECTIONALS:
        return end
    last = end + 1 == len(words)
    return end + 1 if last or words[end] in _TWO_POINTS or words[end + 1] in UNITS else end


def _past_units(words: list[str], end: int) -> int | None:
    """Step over designators with a number or one letter each; None when an identifier could be something else."""
    while end < len(words) and words[end] in UNITS:
        start = end + 1 + (words[end + 1 : end + 2] == ["#"])
        if start >= len(words) or not (_HAS_DIGIT.search(words[start]) or len(words[start]) == 1):
            return None
        end = start + 1
    return end


def _is_line(text: str) -> bool:
    read = read_line(text)
    return not (names_nothing(read) or is_tangled(read) or read.unit_incomplete)


def _is_city(words: list[str]) -> bool:
    """Tell whether the words can be a city and nothing else, or are none."""
    if not words:
        return True
    if len(words) > _LONGEST_CITY or len(words[0]) == 1 or ends_in_code(words) or not all(map(str.isalpha, words)):
        return False
    if begins_with_direction(words) or begins_like_unit(words, apart=False):
        return False
    return not directs_a_reader(" ".join(words)) and not any(
        word in UNITS or (SUFFIXES.get(word) in CLOSING and not begins_a_town(words, index))
        for index, word in enumerate(words)
    )
