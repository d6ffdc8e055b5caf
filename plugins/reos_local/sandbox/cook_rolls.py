"""What the assessor of Cook County, IL publishes beside addresses: all parcels, their values, buildings and sales.

The parcels are those of `cook_view`; all is invented but the columns. As in the real sets, the values of the year that
has only begun are null, years are written `2026` or `2026.0`, and null cells are absent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reos_local.sandbox.cook_view import COLUMNS, DATASET, PARCELS, Row, draws_of, pin_of
from reos_local.sandbox.cook_view import rows as addresses
from reos_local.sandbox.draws import Draws

_YEARS = ("2024", "2025", "2026.0")
_CLASSES = (("203", 30), ("205", 20), ("211", 15), ("299", 15), ("234", 8), ("295", 5), ("100", 4), ("517", 3))
_NO_HOME = frozenset({"100", "299", "517"})
_STAGES = ("mailed", "certified", "board")
_TENTH = 0.1  # of the market value: the level of assessment of residential property


@dataclass(frozen=True)
class Table:
    """One data set: its title, its columns with Socrata's types, and its rows in the order of `:id`."""

    title: str
    columns: Mapping[str, str]
    rows: Callable[[int], tuple[Row, ...]]


def _universe(draws: Draws, pin: str) -> list[dict[str, Any]]:
    placed = not draws.chance("unplaced", 0.02)
    return [
        {
            "pin": pin,
            "pin10": pin[:10],
            "year": "2026",
            "class": draws.weighted("class", _CLASSES),
            "township_name": "Lake View",
            "zip_code": draws.pick("zip", ("60614", "60647", "60620", "60202")),
            "lat": f"{41.88 + draws.normal('lat', 0.05):.6f}" if placed else None,
            "lon": f"{-87.68 + draws.normal('lon', 0.05):.6f}" if placed else None,
        }
    ]


def _values(draws: Draws, pin: str) -> list[dict[str, Any]]:
    found = []
    for place, year in enumerate(_YEARS):
        row: dict[str, Any] = {"pin": pin, "year": year, "class": draws.weighted("class", _CLASSES)}
        stages = _STAGES[: (3, 2, 0)[place]]
        for stage in stages:
            land = round(draws.whole("land", 40, 200) * 1000 * _TENTH)
            building = round(draws.whole(f"building.{year}.{stage}", 100, 700) * 1000 * _TENTH)
            row |= {f"{stage}_land": str(land), f"{stage}_bldg": str(building), f"{stage}_tot": f"{land + building}.0"}
        found.append(row)
    return found


def _buildings(draws: Draws, pin: str) -> list[dict[str, Any]]:
    if draws.weighted("class", _CLASSES) in _NO_HOME:
        return []
    cards = 2 if draws.chance("coach_house", 0.05) else 1
    return [
        {
            "pin": pin,
            "year": year,
            "card": str(card),
            "char_yrblt": str(draws.whole("built", 1880, 2020)),
            "char_bldg_sf": str(draws.whole(f"sqft.{card}", 700, 3_500)),
            "char_land_sf": f"{draws.whole('lot', 2_400, 7_000)}.0",
            "char_beds": str(draws.whole("beds", 1, 6)),
            "char_fbath": str(draws.whole("fbath", 1, 3)),
            "char_hbath": str(draws.whole("hbath", 0, 1)),
        }
        for year in _YEARS[1:]
        for card in range(cards, 0, -1)
    ]


def _sales(draws: Draws, pin: str) -> list[dict[str, Any]]:
    return [
        {
            "pin": pin,
            "sale_date": _day(draws, turn),
            "sale_price": str(draws.whole(f"price.{turn}", 60, 900) * 1000),
            "sale_document_num": str(draws.whole(f"document.{turn}", 10**9, 10**10 - 1)),
        }
        for turn in range(draws.whole("sales", 0, 2))
    ]


def _day(draws: Draws, turn: int) -> str:
    year, month = draws.whole(f"sold.{turn}", 2000, 2025), draws.whole(f"month.{turn}", 1, 12)
    return f"{year}-{month:02d}-15T00:00:00.000"


def _table(title: str, build: Callable[[Draws, str], list[dict[str, Any]]], **columns: str) -> Table:
    @lru_cache(maxsize=2)
    def rows(seed: int) -> tuple[Row, ...]:
        found: list[Row] = []
        for parcel in range(PARCELS):
            for row in build(draws_of(seed, parcel), pin_of(seed, parcel)):
                present = {name: value for name, value in row.items() if value is not None}
                found.append({":id": f"row-{len(found):07d}", **present})
        return tuple(found)

    return Table(title, columns, rows)


_STAGE_COLUMNS = {f"{stage}_{part}": "number" for stage in _STAGES for part in ("land", "bldg", "tot")}

TABLES: Mapping[str, Table] = {
    DATASET: Table("Assessor - Parcel Addresses", COLUMNS, addresses),
    "pabr-t5kh": _table(
        "Assessor - Parcel Universe (Current Year Only)",
        _universe,
        **{"pin": "text", "pin10": "text", "year": "text", "class": "text", "township_name": "text"},
        zip_code="text",
        lat="number",
        lon="number",
    ),
    "uzyt-m557": _table(
        "Assessor - Assessed Values",
        _values,
        **{"pin": "text", "year": "text", "class": "text", **_STAGE_COLUMNS},
    ),
    "x54s-btds": _table(
        "Assessor - Single and Multi-Family Improvement Characteristics",
        _buildings,
        pin="text",
        year="text",
        card="number",
        char_yrblt="number",
        char_bldg_sf="number",
        char_land_sf="number",
        char_beds="number",
        char_fbath="number",
        char_hbath="number",
    ),
    "wvhk-k5uv": _table(
        "Assessor - Parcel Sales",
        _sales,
        pin="text",
        sale_date="calendar_date",
        sale_price="number",
        sale_document_num="text",
    ),
}
