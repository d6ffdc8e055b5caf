"""Reads the survey's answers: a table of texts whose first row names the columns, into one record a figure.

Estimate and margin of error of a variable are two columns of one record. Negative codes and signs stand where there is
no figure; they become None with the reason, never a number.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reos.connectors.census_acs.settings import SPEC
from reos.connectors.census_acs.variables import Table, known_variables
from reos.connectors.errors import SchemaDriftError
from reos.connectors.values import number

_VARIABLE = re.compile(r"([BC]\d{5}[A-I]?(?:PR)?_\d{3})(E|M|EA|MA)")
_BOUND = re.compile(r"([\d,]+(?:\.\d+)?)([+-])")
_LARGE_NEGATIVE = -100_000_000  # no figure of the survey is below it; every code is
_ZCTA = "zip code tabulation area"
_CBSA = "metropolitan statistical area/micropolitan statistical area"
# Columns that name an area, outermost first → our word for its kind and the digits of each. The state that older years
# give with a ZIP code area is no part of its code.
_AREAS: Mapping[tuple[str, ...], tuple[str, tuple[int, ...]]] = {
    ("us",): ("nation", (1,)),
    ("state",): ("state", (2,)),
    ("state", "county"): ("county", (2, 3)),
    ("state", "county", "tract"): ("tract", (2, 3, 6)),
    ("state", "county", "tract", "block group"): ("block_group", (2, 3, 6, 1)),
    ("state", "place"): ("place", (2, 5)),
    (_CBSA,): ("metro", (5,)),
    (_ZCTA,): ("zcta", (5,)),
    ("state", _ZCTA): ("zcta", (0, 5)),
}
_ORDER = ("us", "state", _CBSA, "county", "place", "tract", "block group", _ZCTA)
_DESCRIBING = frozenset({"NAME", "GEO_ID"})


@dataclass(frozen=True, slots=True)
class AreaFact:
    """One figure of one area. `variable` is without suffix, as in B25035_001; `reason` says why a figure is missing.

    `geoid` is the area's code with all its leading zeros. A `reason` beside an estimate says that it is a bound
    (`top_coded`, `bottom_coded`), or why the margin is missing (`margin_…`).
    """

    geo_type: str
    geoid: str
    name: str | None
    year: int
    variable: str
    estimate: float | None
    margin: float | None = None
    reason: str | None = None


class Figure(NamedTuple):
    """A cell as a number, with the reason where there is none or where it is a bound."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True)
class _Columns:
    """Where in a row the area, its name, and each variable's estimate and margin are."""

    geo_type: str
    area: tuple[tuple[int, int], ...]  # place and number of digits
    name: int | None
    variables: tuple[tuple[str, int, int | None, Table | None], ...]


def read_table(document: object, year: int) -> Iterator[AreaFact]:
    """Yield the figures of an answer of the five years that end in `year`, area by area.

    Raises `SchemaDriftError` for columns, codes or cells of a form that we do not know.
    """
    if not isinstance(document, list) or not all(isinstance(row, list) for row in document):
        raise _drift("is no table")
    if not document:
        return
    columns = _columns(document[0])
    for line, row in enumerate(document[1:], start=2):
        if len(row) != len(document[0]):
            raise _drift(f"has {len(row)} cells in row {line} instead of {len(document[0])}")
        yield from _facts(row, columns, year, line)


def read_figure(cell: object, table: Table | None = None) -> Figure:
    """Return what a cell says; `ValueError` for what is neither a figure nor a known sign for none."""
    written = str(cell).strip() if cell is not None else ""
    if not written:
        return Figure(None, "not_given")
    known = known_variables().missing.get(written.removesuffix(".0"))
    if known:
        return Figure(None, known)
    bound = _BOUND.fullmatch(written)
    if bound:
        return Figure(float(bound[1].replace(",", "")), "top_coded" if bound[2] == "+" else "bottom_coded")
    found = number(cell)
    if found is not None and found <= _LARGE_NEGATIVE:
        return Figure(None, "other_code")
    if table and found is not None and table.least is not None and found < table.least:
        return Figure(None, "not_given")
    return Figure(found, "top_coded" if table and found in table.top else None)


def _columns(header: Sequence[object]) -> _Columns:
    names = [str(name) for name in header]
    place = {name: position for position, name in enumerate(names)}
    kinds = {name: match for name in names if (match := _VARIABLE.fullmatch(name))}
    area = tuple(sorted((name for name in names if name in _ORDER), key=_ORDER.index))
    strange = [name for name in names if name not in kinds and name not in _DESCRIBING and name not in area]
    if strange or len(place) < len(names):
        raise _drift(f"has a column that nobody asked for: {', '.join(strange) or 'one twice'}")
    if area not in _AREAS:
        raise _drift(f"names areas by {', '.join(area) or 'nothing'}")
    geo_type, digits = _AREAS[area]
    codes = [match[1] for match in kinds.values() if match[2] == "E"]
    return _Columns(
        geo_type,
        tuple((place[name], width) for name, width in zip(area, digits, strict=True)),
        place.get("NAME"),
        tuple((code, place[f"{code}E"], place.get(f"{code}M"), known_variables().table_of(code)) for code in codes),
    )


def _facts(row: Sequence[object], columns: _Columns, year: int, line: int) -> Iterator[AreaFact]:
    geoid = "".join(_code(row[position], width, line) for position, width in columns.area if width)
    name = str(row[columns.name]) if columns.name is not None and row[columns.name] is not None else None
    for variable, at, margin_at, table in columns.variables:
        try:
            estimate = read_figure(row[at], table)
            margin = read_figure(row[margin_at]) if margin_at is not None else Figure(None)
        except ValueError as error:
            raise _drift(f"has in row {line}, {variable}: {error}") from None
        reason = estimate.reason or (f"margin_{margin.reason}" if margin.reason else None)
        yield AreaFact(columns.geo_type, geoid, name, year, variable, estimate.value, margin.value, reason)


def _code(cell: object, width: int, line: int) -> str:
    written = str(cell)
    if not (written.isascii() and written.isdecimal() and len(written) == width):
        raise _drift(f"has an area code {written!r} in row {line} instead of {width} digits")
    return written


def _drift(what: str) -> SchemaDriftError:
    remedy = "Compare an answer with connectors/census_acs/README.md."
    return SchemaDriftError(
        f"An answer of the American Community Survey {what}.", provider=SPEC.provider, remedy=remedy
    )
