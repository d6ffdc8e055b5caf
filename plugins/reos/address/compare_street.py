"""Street names and types of two addresses: which spellings never tell two streets apart, and which leave a doubt.

Name and type are judged together, because a name may end in a word that is also a type: `COTTAGE GROVE` is
`COTTAGE GROVE AVE` with its type left out, but reads as a street called Cottage of type Grove.
"""

import re
from functools import lru_cache

from reos.address.compare_evidence import Outcome
from reos.address.pub28 import HIGHWAY_FORMS, WRITTEN_OUT
from reos.address.street import BARE_SUFFIXES
from reos.address.value import Components, street_key

_MEMO_SIZE = 20_000
_FOLDED_WORDS = {"SAINT": "ST", "MOUNT": "MT", "FORT": "FT"}
_KING = re.compile(r"\bM ?L ?K(?:ING)?\b")  # the commonest honorary name of all, and hardly ever written in full
_HONORED = re.compile(r"(?:(?:DR|DOCTOR|REV|REVEREND) (?=\w+ \w))?(\w+ .*?)(?: JR| SR)?")
_SURNAMES = {"MARTINLUTHERKING": "KING"}  # honorary names that people shorten to the surname
_ORDINAL = re.compile(r"\b(\d+)(?:ST|ND|RD|TH)\b")
_JOIN = re.compile(r"(?<!\d) | (?!\d)")
_WEAK_LETTERS = re.compile(r"(?<=[A-Z])[AEIOU]+|([A-Z])(?=\1)")
_SHORTEST_TYPO = 5  # in shorter words one letter tells two streets apart: LANE, LINE, LAKE

# Types that name a place more often than a way: people keep them and leave out a true type after them. Not RUN, TRL,
# RDG and the like, which builders use as types beside `FOX RUN CT` and `FOX RUN DR` in one and the same subdivision.
_PLACE_TYPES = frozenset(
    re.findall(
        "[A-Z]+",
        "BCH BRG CRK FALL FLD FLDS FLS FRST FT GRV HBR HTS IS ISS LK LKS ML MLS MSN PARK PR RIV SHR SHRS SPG SPGS VLY",
    )
)
# `12 BROADWAY` is complete; `12 BROADWAY CT` is another street. Only these types are added to such a name at will.
_ADDED_TYPES = frozenset({"ST", "AVE"})


@lru_cache(maxsize=_MEMO_SIZE)
def fold_street(street: str) -> str:
    """Fold spellings that never tell two streets of a town apart: SAINT/ST, 67TH/67, US ROUTE/US HIGHWAY, spaces.

    `DE KALB` and `DEKALB` fold alike, with or without DR and JR a person is the same; figures never run together.
    """
    name = _KING.sub("MARTIN LUTHER KING", street_key(street))
    honored = _HONORED.fullmatch(name)
    words = (_FOLDED_WORDS.get(word, word) for word in (honored[1] if honored else name).split(" "))
    return _JOIN.sub("", _ORDINAL.sub(r"\1", " ".join(words)))


@lru_cache(maxsize=_MEMO_SIZE)
def street_block(street: str, suffix: str) -> str:
    """Return what all writings of a street share, its commonest misspellings too (weak vowels, doubled letters)."""
    kind, _, number = street.rpartition(" ")
    if kind in HIGHWAY_FORMS:
        return f"ROAD {number}"
    name = fold_street(f"{street} {WRITTEN_OUT[suffix]}" if suffix in _PLACE_TYPES else street)
    return _WEAK_LETTERS.sub("", _SURNAMES.get(name, name))


def compare_streets(left: Components, right: Components) -> tuple[Outcome, Outcome]:
    """Return how the names and how the types of two streets stand to one another."""
    if is_name_in_full(left, right) or is_name_in_full(right, left):
        return Outcome.COMPATIBLE, Outcome.MISSING
    return _names(left.street, right.street), _types(left, right)


def is_name_in_full(short: Components, long: Components) -> bool:
    """Tell whether the type of `short` is the end of the name of `long`: `COTTAGE GRV`, `COTTAGE GROVE AVE`."""
    if short.suffix not in _PLACE_TYPES or long.suffix not in BARE_SUFFIXES:
        return False
    return fold_street(f"{short.street} {WRITTEN_OUT[short.suffix]}") == fold_street(long.street)


def _names(left: str, right: str) -> Outcome:
    if not (left and right):
        return Outcome.DOUBTFUL
    if left == right:
        return Outcome.EQUAL
    one, other = fold_street(left), fold_street(right)
    if _SURNAMES.get(one, one) == _SURNAMES.get(other, other):
        return Outcome.COMPATIBLE
    return Outcome.DOUBTFUL if _one_road(left, right) or _is_typo(left, right) else Outcome.CONFLICT


def _types(left: Components, right: Components) -> Outcome:
    one, other = left.suffix, right.suffix
    if one == other:
        return Outcome.EQUAL
    if one and other:
        return Outcome.CONFLICT
    stated = one or other
    complete = left.street.endswith("WAY") and right.street.endswith("WAY") and stated not in _ADDED_TYPES
    return Outcome.DOUBTFUL if complete or stated in _PLACE_TYPES else Outcome.MISSING


def _one_road(left: str, right: str) -> bool:
    """Tell whether two numbered roads may be one: STATE ROUTE 9 and STATE HIGHWAY 9, HIGHWAY 9 and any other 9."""
    (kind, _, number), (beside, _, other) = left.rpartition(" "), right.rpartition(" ")
    if number != other or kind not in HIGHWAY_FORMS or beside not in HIGHWAY_FORMS:
        return False
    levels = {_level(kind), _level(beside)}
    return len(levels) == 1 or "" in levels


def _level(kind: str) -> str:
    """Return who numbers a road, as in STATE; empty for a HIGHWAY or ROUTE of nobody's."""
    return kind.partition(" ")[0] if " " in kind or kind not in {"HIGHWAY", "ROUTE"} else ""


def _is_typo(left: str, right: str) -> bool:
    """Tell whether one word is off by one letter: ABERCROMBIE, AMBERCROMBIE; but never a figure or a short word."""
    words, others = left.split(" "), right.split(" ")
    if len(words) != len(others):
        return False
    off = [(one, other) for one, other in zip(words, others, strict=True) if one != other]
    if len(off) != 1 or not all(word.isalpha() and len(word) >= _SHORTEST_TYPO for word in off[0]):
        return False
    return is_one_edit(*off[0])


def is_one_edit(left: str, right: str) -> bool:
    """Tell whether one letter inserted, dropped, replaced or swapped with its neighbour makes `left` into `right`."""
    start = next((at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), None)
    if start is None:
        return abs(len(left) - len(right)) == 1
    one, other = left[start:], right[start:]
    swapped = len(one) > 1 and one[1::-1] + one[2:] == other
    return swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]
