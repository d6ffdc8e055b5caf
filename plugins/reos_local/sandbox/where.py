"""The part of ArcGIS `where` clauses that a parcel lookup uses: comparisons, IN, IS NULL and LIKE, joined by AND.

`parse` gives conditions that are both tested against a feature's attributes and mined for the parcel numbers or
addresses that they pin down, so that a lookup never scans the county.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Any

Value = str | float

_MOMENT = r"(?i:TIMESTAMP|DATE)\s*'[0-9 :.-]+'"
_LITERAL = rf"(?:{_MOMENT}|'(?:[^']|'')*'|-?\d+(?:\.\d+)?)"
_TOKEN = re.compile(rf"\s*({_LITERAL}|<=|>=|<>|[=<>(),]|[A-Za-z_][A-Za-z0-9_]*)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


class WhereError(ValueError):
    """The clause is not one this layer understands; a real server answers 400 in a 200."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` compared with `values` by `operator`: a comparison sign, IN, LIKE, NULL or NOT NULL."""

    field: str
    operator: str
    values: tuple[Value, ...] = ()

    def holds(self, attributes: Mapping[str, Any]) -> bool:
        """Whether a feature meets the condition; a null meets none but IS NULL, as in SQL."""
        present = attributes[self.field]
        if self.operator in ("NULL", "NOT NULL"):
            return (present is None) is (self.operator == "NULL")
        if present is None:
            return False
        present = present.rstrip() if isinstance(present, str) else present
        if self.operator == "IN":
            return present in self.values
        if self.operator == "LIKE":
            pattern = "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in str(self.values[0]))
            return re.fullmatch(pattern, str(present)) is not None
        return _COMPARE[self.operator](present, self.values[0])


def _tokens(clause: str) -> list[str]:
    found, position = [], 0
    while clause[position:].strip():
        match = _TOKEN.match(clause, position)
        if match is None:
            raise WhereError(f"Unexpected text at {clause[position : position + 20]!r}.")
        found.append(match[1].upper() if match[1].upper() == "NOT" else match[1])
        position = match.end()
    return found


class _Reader:
    """Recursive descent over the tokens; text fields take quoted literals, number fields bare ones."""

    def __init__(self, clause: str, text_fields: Collection[str], fields: Collection[str]) -> None:
        self.tokens = _tokens(clause)
        self.text_fields = text_fields
        self.fields = {name.upper(): name for name in fields}

    def take(self) -> str:
        if not self.tokens:
            raise WhereError("The clause ends too early.")
        return self.tokens.pop(0)

    def expect(self, wanted: str) -> None:
        if self.take().upper() != wanted:
            raise WhereError(f"Expected {wanted}.")

    def literal(self, field: str) -> Value:
        token = self.take()
        if re.fullmatch(_MOMENT, token) and field not in self.text_fields:
            return _epoch_ms(token)
        quoted = token.startswith("'")
        if quoted != (field in self.text_fields) or not re.fullmatch(_LITERAL, token):
            raise WhereError(f"{token} is no value for {field}.")
        return token[1:-1].replace("''", "'") if quoted else float(token)

    def condition(self) -> Condition | None:
        name = self.take()
        if name == "1":  # the customary "everything": 1=1
            self.expect("=")
            self.expect("1")
            return None
        field = self.fields.get(name.upper())
        if field is None:
            raise WhereError(f"No field {name}.")
        operator = self.take().upper()
        if operator == "IS":
            negated = self.tokens[:1] == ["NOT"]
            if negated:
                self.take()
            self.expect("NULL")
            return Condition(field, "NOT NULL" if negated else "NULL")
        if operator == "IN":
            return Condition(field, "IN", self.several(field))
        if operator not in _COMPARE and operator != "LIKE":
            raise WhereError(f"No operator {operator}.")
        return Condition(field, operator, (self.literal(field),))

    def several(self, field: str) -> tuple[Value, ...]:
        self.expect("(")
        values = [self.literal(field)]
        while (mark := self.take()) == ",":
            values.append(self.literal(field))
        if mark != ")":
            raise WhereError("A list ends with a parenthesis.")
        return tuple(values)


def _epoch_ms(token: str) -> float:
    """Read `TIMESTAMP '2026-07-31 00:00:00'` (UTC) as dates are stored: milliseconds since 1970."""
    try:
        return datetime.fromisoformat(token.split("'")[1]).replace(tzinfo=UTC).timestamp() * 1000
    except ValueError as error:
        raise WhereError(f"{token} is no date.") from error


def parse(clause: str, fields: Collection[str], text_fields: Collection[str]) -> list[Condition]:
    """Return the conditions that `clause` joins by AND (none for `1=1`); `WhereError` when it is anything else."""
    reader = _Reader(clause, text_fields, fields)
    found = [reader.condition()]
    while reader.tokens:
        reader.expect("AND")
        found.append(reader.condition())
    return [condition for condition in found if condition is not None]


def pinned(conditions: list[Condition], field: str) -> tuple[Value, ...] | None:
    """Return the only values that `field` can have under the conditions, or None when they leave it open."""
    for condition in conditions:
        if condition.field == field and condition.operator in ("=", "IN"):
            return condition.values
    return None
