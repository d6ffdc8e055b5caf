"""Reads a research file as it comes: one region a line, one column a month. Nothing is skipped: odd means drift.

A file is far larger than memory should be, so lines are taken one by one; a row keeps its months side by side, and the
database turns them into rows.
"""

import csv
import math
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast, get_args

from reos.address.pub28 import STATES
from reos.connectors.errors import ProviderUnavailableError, SchemaDriftError
from reos.connectors.zillow_research.settings import SPEC, RegionType, ResearchFile

_REQUIRED = ("RegionID", "RegionName", "RegionType")
_OPTIONAL = (
    *("SizeRank", "StateName", "State", "City", "Metro", "CountyName", "BaseDate"),
    *("StateCodeFIPS", "MunicipalCodeFIPS"),
)
_ZIP_DIGITS, _STATE_DIGITS, _COUNTY_DIGITS = 5, 2, 3
_REGION_TYPES = frozenset(get_args(RegionType))


@dataclass(frozen=True, slots=True)
class Region:
    """An area: a ZIP code is named by its five digits, a state by its name with its two letters in `state`."""

    region_type: RegionType
    region_id: int
    region_name: str
    state: str | None = None
    city: str | None = None
    metro: str | None = None
    county_name: str | None = None
    county_fips: str | None = None
    size_rank: int | None = None


@dataclass(frozen=True, slots=True)
class WideRow:
    """A region with its values, one for each of the file's months; None where Zillow has none."""

    region: Region
    values: tuple[float | None, ...]
    base_date: date | None = None


@dataclass(frozen=True)
class Layout:
    """What the first line says: where each column is, and which are months (month ends, each once).

    `warnings` are what people should know although it stops nothing.
    """

    columns: tuple[str, ...]
    place: dict[str, int]
    months: tuple[date, ...]
    month_places: tuple[int, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class WideFile:
    """A file under way: its layout, and its rows as they are taken."""

    layout: Layout
    rows: Iterator[WideRow]


def read_wide(lines: Iterable[str], file: ResearchFile) -> WideFile:
    """Read the header of `lines` and promise the rows.

    Raises `SchemaDriftError` for columns or cells that are not what we know, here and while rows are taken, and
    `ProviderUnavailableError` for a page instead of a table and for a file that ends inside a line.
    """
    reader = csv.reader(lines, strict=True)
    try:
        columns = [name.strip() for name in next(reader, [])]
    except csv.Error:
        raise _broken("the first line") from None
    except UnicodeDecodeError:
        raise _drift("it is not UTF-8") from None
    if not columns or columns[0].lstrip("\ufeff").startswith(("<", "{")):
        raise ProviderUnavailableError(
            "Zillow sends a page instead of the file.", provider=SPEC.provider, remedy="Try again later."
        )
    columns[0] = columns[0].lstrip("\ufeff")
    layout = read_layout(columns)
    return WideFile(layout, _rows(reader, layout, file))


def read_layout(columns: Sequence[str]) -> Layout:
    """Return the layout of a header; raises `SchemaDriftError` when something that we need is missing."""
    place = {name: position for position, name in enumerate(columns)}
    known = {*_REQUIRED, *_OPTIONAL}
    dates = {name: month for name in columns if name not in known and (month := _month(name))}
    missing = [name for name in _REQUIRED if name not in place]
    if missing:
        raise _drift(f"column {', '.join(missing)} is missing")
    if not dates:
        raise _drift("no column is a month")
    if len(place) < len(columns):
        raise _drift(f"column {next(name for name in columns if columns.count(name) > 1)} comes twice")
    return Layout(
        columns=tuple(columns),
        place=place,
        months=tuple(dates.values()),
        month_places=tuple(place[name] for name in dates),
        warnings=tuple(
            f"new column {name}: nobody reads it yet" for name in columns if name not in known | dates.keys()
        ),
    )


def _month(name: str) -> date | None:
    """Return the month that a column is named after; None for other names, drift for a day that ends no month."""
    try:
        found = date.fromisoformat(name)
    except ValueError:
        return None
    if found.day != monthrange(found.year, found.month)[1]:
        raise _drift(f"column {name} is not the last day of a month")
    return found


def _rows(reader: Iterator[list[str]], layout: Layout, file: ResearchFile) -> Iterator[WideRow]:
    line = 1
    try:
        for line, cells in enumerate(reader, start=2):
            if cells:
                yield _row(cells, layout, file, line)
    except csv.Error:
        raise _broken(f"row {line + 1}") from None
    except UnicodeDecodeError:
        raise _drift(f"row {line + 1} is not UTF-8") from None


def _row(cells: Sequence[str], layout: Layout, file: ResearchFile, line: int) -> WideRow:
    if len(cells) != len(layout.columns):
        raise _broken(f"row {line}, which has {len(cells)} cells instead of {len(layout.columns)}")
    found = {name: cells[layout.place[name]].strip() for name in (*_REQUIRED, *_OPTIONAL) if name in layout.place}
    try:
        region = _region(found)
        if region.region_type not in file.regions:
            raise ValueError(f"a {region.region_type} among {', '.join(file.regions)}")  # noqa: TRY301 - one message
        values = tuple(_value(cells[position]) for position in layout.month_places)
        base = found.get("BaseDate")
        return WideRow(region, values, date.fromisoformat(base) if base else None)
    except ValueError as error:
        raise _drift(f"row {line} ({found['RegionName'][:40]}): {error}") from None


def _value(cell: str) -> float | None:
    if not cell or cell.isspace():
        return None
    found = float(cell)
    if not math.isfinite(found):
        raise ValueError(f"expected a number, got {cell!r}")
    return found


def _region(cells: dict[str, str]) -> Region:
    kind, name = cells["RegionType"].lower(), cells["RegionName"]
    if kind not in _REGION_TYPES:
        raise ValueError(f"unknown region type {cells['RegionType']!r}")
    if not name:
        raise ValueError("a region without a name")
    rank = cells.get("SizeRank")
    return Region(
        region_type=cast("RegionType", kind),
        region_id=int(cells["RegionID"]),
        region_name=_zip_code(name) if kind == "zip" else name,
        state=_state(kind, name, cells),
        city=name if kind == "city" else cells.get("City") or None,
        metro=cells.get("Metro") or None,
        county_name=name if kind == "county" else cells.get("CountyName") or None,
        county_fips=_county(cells),
        size_rank=int(rank) if rank else None,
    )


def _zip_code(name: str) -> str:
    """Return five digits: a ZIP code that some program took for a number has lost its leading zeros."""
    if not (name.isascii() and name.isdecimal() and len(name) <= _ZIP_DIGITS):
        raise ValueError(f"{name!r} is no ZIP code")
    return name.zfill(_ZIP_DIGITS)


def _state(kind: str, name: str, cells: dict[str, str]) -> str | None:
    """Return two letters; rows of states have no StateName, and files of states or cities may spell it out."""
    stated = cells.get("State") or cells.get("StateName") or (name if kind == "state" else "")
    if stated and stated.upper() not in STATES:
        raise ValueError(f"unknown state {stated!r}")
    return STATES[stated.upper()] if stated else None


def _county(cells: dict[str, str]) -> str | None:
    state, county = cells.get("StateCodeFIPS"), cells.get("MunicipalCodeFIPS")
    if not (state and county):
        return None
    return f"{int(state):0{_STATE_DIGITS}d}{int(county):0{_COUNTY_DIGITS}d}"


def _drift(what: str) -> SchemaDriftError:
    return SchemaDriftError(
        f"A research file of Zillow has changed: {what}.",
        provider=SPEC.provider,
        remedy="Compare the file with connectors/zillow_research/README.md; until then the old data stay in use.",
    )


def _broken(where: str) -> ProviderUnavailableError:
    return ProviderUnavailableError(
        f"A research file of Zillow breaks off in {where}.", provider=SPEC.provider, remedy="Load it again."
    )
