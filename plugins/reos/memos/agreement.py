"""Whether two sources say the same of a field, within what measuring and rounding explain.

The tolerances are those by which the warehouse calls a key field disputed; the memo only shows the result of that rule.
"""

import re
from decimal import Decimal, InvalidOperation

from reos.memos.model import Agreement
from reos.memos.record import FieldRow

_TOLERANCE = {
    "living_sqft": Decimal("0.05"),
    "lot_sqft": Decimal("0.05"),
    "assessed_value": Decimal("0.10"),
    "year_built": Decimal("0.001"),
}
_MARKS = re.compile(r"[^A-Z0-9]+")


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def same(field: str, one: str, other: str) -> bool:
    """Whether two texts are one value of `field`: numbers within its tolerance, text whatever its case and marks."""
    first, second = _number(one), _number(other)
    if first is None or second is None:
        between = "" if field == "apn" else " "
        return _MARKS.sub(between, one.upper()).strip() == _MARKS.sub(between, other.upper()).strip()
    return abs(first - second) <= _TOLERANCE.get(field, Decimal(0)) * max(abs(first), abs(second))


def agreement(row: FieldRow) -> Agreement:
    """Return how the other sources stand to the value in use."""
    said = [str(candidate["value"]) for candidate in row.candidates if candidate.get("value") is not None]
    if not said or row.value is None:
        return Agreement.SINGLE
    return Agreement.CONFIRMED if all(same(row.field, row.value, other) for other in said) else Agreement.DISPUTED
