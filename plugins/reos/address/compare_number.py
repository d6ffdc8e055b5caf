"""House numbers of two addresses: one number, a range that covers it, a hyphen that is left out, a letter moved."""

import re
from functools import lru_cache
from typing import NamedTuple

from reos.address.compare_evidence import Outcome
from reos.address.unit import unit_key
from reos.address.value import Components

_MEMO_SIZE = 20_000
_PLAIN = re.compile(r"(\d+)(?:([A-Z])| (\d+/\d+))?")
_HYPHENED = re.compile(r"(\d+)-(\d+)")


class _Number(NamedTuple):
    """First and last number, and the letter or fraction behind them."""

    first: int
    last: int
    extra: str = ""


def compare_numbers(left: Components, right: Components) -> Outcome:
    """Return how two house numbers stand to one another. Neighbours are a conflict; 123A and 123 are neighbours."""
    if not (left.number and right.number):
        return Outcome.DOUBTFUL
    if left.number == right.number:
        return Outcome.EQUAL
    one, other = _read(left.number), _read(right.number)
    if one and one == other and "-" in left.number and "-" in right.number:
        return Outcome.COMPATIBLE
    same_figures = left.number.replace("-", "") == right.number.replace("-", "")
    doubtful = same_figures or _is_moved(left, right) or _covers(one, other) or _covers(other, one)
    return Outcome.DOUBTFUL if doubtful else Outcome.CONFLICT


@lru_cache(maxsize=_MEMO_SIZE)
def fold_number(number: str) -> str:
    """Return what all writings of a number share, for blocking: 123 for 123A, 123 1/2 and 123-125; 6204 for 62-04."""
    read = _read(number)
    if read is None:
        return number.replace("-", "")
    return str(read.first)


def _read(number: str) -> _Number | None:
    """Read `123`, `123A`, `123 1/2`, a range (`3416-3418`, `3416-18`) or a Queens number (`62-04`)."""
    plain = _PLAIN.fullmatch(number)
    if plain:
        return _Number(int(plain[1]), int(plain[1]), plain[2] or plain[3] or "")
    hyphened = _HYPHENED.fullmatch(number)
    if hyphened is None:
        return None
    first, last = hyphened.groups()
    end = int(first[: -len(last)] + last) if len(last) < len(first) else int(last)
    if len(last) <= len(first) and end > int(first):
        return _Number(int(first), end)
    whole = int(first + last)
    return _Number(whole, whole)


def _covers(numbers: _Number | None, single: _Number | None) -> bool:
    """Tell whether a range of one side of the street holds a single number: 123-127 holds 125, not 124."""
    if (
        numbers is None
        or single is None
        or numbers.first == numbers.last
        or single.first != single.last
        or single.extra
    ):
        return False
    return numbers.first <= single.first <= numbers.last and (single.first - numbers.first) % 2 == 0


def _is_moved(left: Components, right: Components) -> bool:
    """Tell whether one side writes into the number what the other calls a unit: 123A MAIN ST, 123 MAIN ST UNIT A."""
    return any(
        short.units and f"{short.number}{unit_key(short.units)}" == long.number.replace(" ", "")
        for short, long in ((left, right), (right, left))
    )
