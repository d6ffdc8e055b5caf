"""Secondary units: where one starts in a delivery line, how it is written, and what of it identifies the home."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from reos.address.pub28 import CLOSING, DIRECTIONALS, ORDINALS, SUFFIXES, UNITS, UnitKind

BARE_DESIGNATOR = "UNIT"  # Publication 28 has no form for an identifier alone; UNIT claims nothing about its kind

_MEMO_SIZE = 20_000
_NUMBERED = re.compile(r"\d+(?:ST|ND|RD|TH)")
_PLAIN_NUMBER = re.compile(r"\d+[A-Z]?")
_HAS_DIGIT = re.compile(r"\d")
_FUSED = re.compile(r"(APT|STE|UNIT|BLDG|LOT|SPC|PH|MH|TRLR|RM|FL)-?(\d+[A-Z]?)")
_DESIGNATORS = frozenset(UNITS)
_FLOORS = tuple([word] for word, kind in UNITS.items() if kind.abbreviation == "FL")  # as in 2ND FLOOR
_LETTER_JOIN = re.compile(r"(?<=\d)-(?=[A-Z])|(?<=[A-Z])-(?=\d)")
_LONGEST_IDENTIFIER = 3
_SHORT_LETTERS = 2
_LONGEST_BARE = 6


class Unit(NamedTuple):
    """One designator and its identifier, as in (`APT`, `4B`); the identifier of `REAR` may be empty."""

    designator: str
    identifier: str


class UnitSplit(NamedTuple):
    """A delivery line's words before the unit, the units, and whether a unit was named without saying which."""

    street: list[str]
    units: tuple[Unit, ...]
    incomplete: bool


def split_units(words: list[str]) -> UnitSplit:
    """Split the words after the house number into street and units. The first word is always the street's."""
    words = unfused(words)
    if _DESIGNATORS.isdisjoint(words):
        return UnitSplit(words, (), incomplete=False)
    start = 2 if words and words[0] in DIRECTIONALS else 1
    for index in range(start, len(words)):
        if words[index] not in UNITS and words[index + 1 : index + 2] not in _FLOORS:
            continue
        found = _read(words[index:], after_suffix=_seen_suffix(words[:index]))
        if found is not None:
            units, incomplete = found
            return UnitSplit(list(words[:index]), units, incomplete)
    return UnitSplit(list(words), (), incomplete=False)


@lru_cache(maxsize=_MEMO_SIZE)
def read_unit_field(text: str) -> UnitSplit:
    """Read a cleaned field that holds nothing but the unit: `APT 4B`, `# 4`, `4B`. `street` holds what is no unit."""
    words = text.split()
    kind = UNITS.get(words[0]) if len(words) == 2 else None  # noqa: PLR2004 - designator and number, as nearly always
    if kind and _PLAIN_NUMBER.fullmatch(words[1]):
        return UnitSplit([], (Unit(kind.abbreviation, words[1]),), incomplete=False)
    if words:
        words = unfused([*_penthouse(words[0]), *words[1:]])
    found = _read(words, after_suffix=True)
    if found is not None:
        return UnitSplit([], *found)
    if words and all(is_identifier(word) for word in words) and len(words) <= _LONGEST_IDENTIFIER:
        return UnitSplit([], (Unit(BARE_DESIGNATOR, " ".join(words)),), incomplete=False)
    if len(words) == 2 and SUFFIXES.get(words[0]) in CLOSING and is_identifier(words[1]):  # noqa: PLR2004 - `AVE 345`
        return UnitSplit(words[:1], (Unit(BARE_DESIGNATOR, words[1]),), incomplete=False)
    return UnitSplit(list(words), (), incomplete=False)


def is_identifier(word: str) -> bool:
    """Tell whether a word looks like a unit's number: it has a digit, or is one or two letters."""
    return (len(word) <= _SHORT_LETTERS and word.isalpha()) or _HAS_DIGIT.search(word) is not None


def is_ordinal(word: str) -> bool:
    """Tell whether a word is a number in order, as in 10TH: a street's or a floor's."""
    return _NUMBERED.fullmatch(word) is not None


def is_bare_identifier(word: str) -> bool:
    """Tell whether a word straight after `MAIN ST` can only be a unit: `G19` or `B`, but not the direction `N`."""
    if _HAS_DIGIT.search(word):
        return len(word) <= _LONGEST_BARE and not _NUMBERED.fullmatch(word)
    return len(word) == 1 and word.isalpha() and word not in DIRECTIONALS


def unit_key(units: Sequence[Unit]) -> str:
    """Return what identifies the units: `4B` for APT 4B, UNIT 4-B and # 4 B alike, but `FL4` for the fourth floor.

    Digits never run together: `1 2` and `12` stay different.
    """
    return "/".join(_one_key(unit) for unit in units)


def _one_key(unit: Unit) -> str:
    identifier = _LETTER_JOIN.sub("", unit.identifier.replace(" ", "-"))
    return identifier if UNITS[unit.designator].generic else f"{unit.designator}{identifier}"


def unfused(words: list[str]) -> list[str]:
    """Split designators from the numbers that are stuck to them, as in APT4."""
    if all(map(str.isalpha, words)) or not any(map(_FUSED.fullmatch, words)):
        return words
    return [part for word in words for part in _unfuse(word)]


def _unfuse(word: str) -> tuple[str, ...]:
    fused = _FUSED.fullmatch(word)
    return fused.groups() if fused else (word,)


def _penthouse(word: str) -> tuple[str, ...]:
    """Split `PHA`: where only a unit can stand, it is penthouse A."""
    return (word[:2], word[2]) if is_penthouse(word) else (word,)


def is_penthouse(word: str) -> bool:
    """Tell whether a word looks like a penthouse with its letter, as PHA does."""
    return len(word) == len("PHA") and word.startswith("PH")


def _seen_suffix(words: Sequence[str]) -> bool:
    return any(word in SUFFIXES for word in words[1:])


def _read(words: Sequence[str], *, after_suffix: bool) -> tuple[tuple[Unit, ...], bool] | None:
    """Read `words` as nothing but units, to the end; None when they are something else."""
    units: list[Unit] = []
    rest = list(words)
    while rest:
        taken = _read_floor(rest) or _read_one(rest, after_suffix=after_suffix)
        if taken is None:
            return None
        unit, used = taken
        if unit is None:
            return (tuple(units), True) if used == len(rest) else None
        units.append(unit)
        rest = rest[used:]
        after_suffix = True
    return (tuple(units), False) if units else None


def _read_floor(words: Sequence[str]) -> tuple[Unit, int] | None:
    """`2ND FLOOR`, `FIRST FL`."""
    if len(words) < 2 or words[1] not in UNITS or UNITS[words[1]].abbreviation != "FL":  # noqa: PLR2004 - two words
        return None
    if words[0] in ORDINALS:
        return Unit("FL", str(ORDINALS[words[0]])), 2
    return (Unit("FL", words[0][:-2]), 2) if _NUMBERED.fullmatch(words[0]) else None


def _read_one(words: Sequence[str], *, after_suffix: bool) -> tuple[Unit | None, int] | None:
    """Read one designator with its identifier. `(None, n)` is a designator that lacks its identifier."""
    kind = UNITS.get(words[0])
    if kind is None:
        return None
    start = 1 + (len(words) > 1 and words[0] != "#" and words[1] in {"#", "NO"})
    identifier = _identifier(kind, words[start:], after_suffix=after_suffix)
    if identifier is None:
        return None
    if identifier:
        text = _ordinal_number(identifier) if kind.abbreviation == "FL" else " ".join(identifier)
        return Unit(kind.abbreviation, text), start + len(identifier)
    if kind.standalone:
        return Unit(kind.abbreviation, ""), 1
    return (None, start) if kind.strong else None


def _identifier(kind: UnitKind, words: Sequence[str], *, after_suffix: bool) -> list[str] | None:
    """Return the identifier's words (none is possible), or None when this was no designator at all."""
    taken: list[str] = []
    for word in words:
        if word in UNITS and not _HAS_DIGIT.search(word):
            break
        taken.append(word)
    if len(taken) > _LONGEST_IDENTIFIER:
        return None
    if kind.strong and kind.abbreviation != "STE" and len(taken) == 1:
        return taken
    if not all(map(is_identifier, taken)):
        return None
    if kind.strong:
        return taken
    if any(word in SUFFIXES or word in DIRECTIONALS for word in taken):
        return None
    return taken if after_suffix or any(map(_HAS_DIGIT.search, taken)) else None


def _ordinal_number(identifier: Sequence[str]) -> str:
    return " ".join(word[:-2] if _NUMBERED.fullmatch(word) else word for word in identifier)
