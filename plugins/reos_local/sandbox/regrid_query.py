"""Regrid's conditions, `fields[column][operator]=value`, applied to a parcel's columns."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_CONDITION = re.compile(r"fields\[([a-z0-9_]+)\]\[([a-z]+)\]")
_MOST_FIELDS = 4

Condition = tuple[str, str, str]


class BadQueryError(Exception):
    """The parameters cannot be answered; its text is the provider's message."""


def _ordered(value: Any) -> Any:  # noqa: ANN401 - a cell
    return float(value) if isinstance(value, int | float) else str(value)


def _compared(accepts: Callable[[Any, Any], bool]) -> Callable[[Any, str], bool]:
    def test(cell: Any, wanted: str) -> bool:  # noqa: ANN401 - a cell
        try:
            other = float(wanted) if isinstance(cell, int | float) else wanted
        except ValueError:
            return False
        return cell is not None and accepts(_ordered(cell), other)

    return test


def _between(cell: Any, wanted: str) -> bool:  # noqa: ANN401 - a cell
    low, _, high = wanted.partition(",")
    return _TESTS["gte"](cell, low) and _TESTS["lte"](cell, high)


def _ilike(cell: Any, wanted: str) -> bool:  # noqa: ANN401 - a cell
    pattern = re.escape(wanted).replace("%", ".*").replace("_", ".")
    return cell is not None and re.fullmatch(pattern, str(cell), re.IGNORECASE) is not None


_TESTS: Mapping[str, Callable[[Any, str], bool]] = {
    "eq": _compared(lambda cell, wanted: cell == wanted),
    "ne": _compared(lambda cell, wanted: cell != wanted),
    "gt": _compared(lambda cell, wanted: cell > wanted),
    "gte": _compared(lambda cell, wanted: cell >= wanted),
    "lt": _compared(lambda cell, wanted: cell < wanted),
    "lte": _compared(lambda cell, wanted: cell <= wanted),
    "between": _between,
    "in": lambda cell, wanted: str(cell) in wanted.split(","),
    "nin": lambda cell, wanted: str(cell) not in wanted.split(","),
    "ilike": _ilike,
    "isnull": lambda cell, wanted: (cell is None) == (wanted.lower() == "true"),
}


def read_conditions(params: Mapping[str, str]) -> Sequence[Condition]:
    """Return the conditions among `params`; `BadQueryError` for none, too many, or an operator that does not exist."""
    found = []
    for name, value in params.items():
        parts = _CONDITION.fullmatch(name)
        if parts and parts[2] != "order":
            if parts[2] not in _TESTS:
                raise BadQueryError(f"Invalid operator: {parts[2]}")
            found.append((parts[1], parts[2], value))
    if not 0 < len({column for column, _, _ in found}) <= _MOST_FIELDS:
        raise BadQueryError(f"Invalid query: 1 to {_MOST_FIELDS} fields are required")
    return found


def matches(row: Mapping[str, Any], conditions: Sequence[Condition]) -> bool:
    """Whether a parcel's columns satisfy every condition."""
    return all(_TESTS[operator](row.get(column), wanted) for column, operator, wanted in conditions)
