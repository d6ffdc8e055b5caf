"""Zillow's file store of research files: wide CSV, one column a month, for the invented county and what lies round it.

The values follow the world's own market, smoothed over what single houses cost. A new month comes when somebody asks
for it (`PUT /_zillow/until/2026-10`): the files then have one more column, and the month before is revised, as in the
real ones. Every file has an ETag and is not sent again to who has it.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp

from fastapi import APIRouter, Request, Response

from reos_local.sandbox.draws import Draws, number
from reos_local.sandbox.market import MARKET_DAY, index_on
from reos_local.sandbox.places import COUNTY_FIPS, COUNTY_NAME, STATE, Place, places
from reos_local.sandbox.wire import json_response

PREFIX = "/zillow/research/public_csvs"
METRO = "Seattle-Tacoma-Bellevue, WA"
_FIRST_YEAR, _FIRST_RENT_YEAR = 2000, 2015
_MONTHLY_RENT = 0.0042  # of the value: 5 % a year, as in the county
_RENTED = 120  # ZIP codes with fewer sales have no observed rent
_PLACE_COLUMNS = ("RegionID", "SizeRank", "RegionName", "RegionType", "StateName")
_ZIP_COLUMNS = (*_PLACE_COLUMNS, "State", "City", "Metro", "CountyName")
_COUNTY_COLUMNS = (*_PLACE_COLUMNS, "State", "Metro", "StateCodeFIPS", "MunicipalCodeFIPS")

Rows = Iterator[list[object]]


@dataclass
class Calendar:
    """The latest month that is published."""

    until: date = MARKET_DAY
    months: list[date] = field(init=False)

    def __post_init__(self) -> None:
        self.show(self.until)

    def show(self, until: date) -> None:
        """Publish everything up to the month of `until`."""
        self.until = _month_end(until.year, until.month)
        years = range(_FIRST_YEAR, self.until.year + 1)
        every = (_month_end(year, month) for year in years for month in range(1, 13))
        self.months = [month for month in every if month <= self.until]


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _level(seed: int, place: Place, month: date, until: date) -> float:
    """Return the typical value; that of the latest month is preliminary and changes once more."""
    draws = Draws(seed, f"zillow.{place.zip5}")
    settled = exp(draws.normal(f"level.{month}", 0.003))
    preliminary = 1 + draws.normal(f"first.{month}", 0.002) if month >= _month_end(until.year, until.month) else 1.0
    return place.usd_per_sqft * place.living_sqft * index_on(month) * settled * preliminary


def _mean(seed: int, month: date, until: date) -> float:
    return sum(_level(seed, place, month, until) * place.weight for place in places()) / sum(
        place.weight for place in places()
    )


def _zip_rows(calendar: Calendar, value: Callable[[Place, date], float | None]) -> Rows:
    ranked = sorted(places(), key=lambda place: -place.weight)
    for place in ranked:
        rank = 1_000 + ranked.index(place) * 7
        about = [99_000 + int(place.zip5) % 1_000, rank, place.zip5, "zip", STATE, STATE, place.city, METRO]
        cells = [value(place, month) for month in calendar.months]
        yield [*about, f"{COUNTY_NAME} County", *("" if cell is None else round(cell, 2) for cell in cells)]


def _zhvi_zip(seed: int, calendar: Calendar) -> Rows:
    def value(place: Place, month: date) -> float | None:
        begins = _FIRST_YEAR + number("zhvi.begins", place.zip5) % 6
        return _level(seed, place, month, calendar.until) if month.year >= begins else None

    return _zip_rows(calendar, value)


def _zori_zip(seed: int, calendar: Calendar) -> Rows:
    def value(place: Place, month: date) -> float | None:
        gap = Draws(seed, f"zori.{place.zip5}").chance(f"gap.{month}", 0.02)
        if place.weight < _RENTED or month.year < _FIRST_RENT_YEAR or gap:
            return None
        return _level(seed, place, month, calendar.until) * _MONTHLY_RENT

    rows = _zip_rows(calendar, value)
    return (row for row in rows if any(cell != "" for cell in row[len(_ZIP_COLUMNS) :]))


def _zhvi_county(seed: int, calendar: Calendar) -> Rows:
    about = [207, 12, f"{COUNTY_NAME} County", "county", STATE, STATE, METRO, int(COUNTY_FIPS[:2]), COUNTY_FIPS[2:]]
    yield [*about, *(round(_mean(seed, month, calendar.until), 2) for month in calendar.months)]


def _zhvi_metro(seed: int, calendar: Calendar) -> Rows:
    means = [_mean(seed, month, calendar.until) for month in calendar.months]
    yield [102_001, 0, "United States", "country", "", *(round(mean * 0.45, 2) for mean in means)]
    yield [395_078, 15, METRO, "msa", STATE, *(round(mean * 0.93, 2) for mean in means)]


def _zhvi_state(seed: int, calendar: Calendar) -> Rows:
    means = (_mean(seed, month, calendar.until) for month in calendar.months)
    yield [59, 12, "Washington", "state", "", *(round(mean * 0.78, 2) for mean in means)]


def _zhvf_metro(_seed: int, calendar: Calendar) -> Rows:
    ahead = _ahead(calendar.until)
    growth = [round((index_on(month) / index_on(calendar.until) - 1) * 100, 1) for month in ahead]
    yield [102_001, 0, "United States", "country", "", calendar.until.isoformat(), *growth]
    yield [395_078, 15, METRO, "msa", STATE, calendar.until.isoformat(), *growth]


def _ahead(until: date) -> list[date]:
    """Return the months that are forecast: the next, the third and the twelfth."""
    return [
        _month_end(until.year + (until.month - 1 + step) // 12, (until.month - 1 + step) % 12 + 1)
        for step in (1, 3, 12)
    ]


# File → its columns before the months, whether they are forecast, and its rows.
_FILES: dict[str, tuple[tuple[str, ...], bool, Callable[[int, Calendar], Rows]]] = {
    "zhvi/Zip_zhvi_uc_sfrcondo_tier_0.33_0.67_sm_sa_month.csv": (_ZIP_COLUMNS, False, _zhvi_zip),
    "zhvi/County_zhvi_uc_sfrcondo_tier_0.33_0.67_sm_sa_month.csv": (_COUNTY_COLUMNS, False, _zhvi_county),
    "zhvi/Metro_zhvi_uc_sfrcondo_tier_0.33_0.67_sm_sa_month.csv": (_PLACE_COLUMNS, False, _zhvi_metro),
    "zhvi/State_zhvi_uc_sfrcondo_tier_0.33_0.67_sm_sa_month.csv": (_PLACE_COLUMNS, False, _zhvi_state),
    "zori/Zip_zori_uc_sfrcondomfr_sm_month.csv": (_ZIP_COLUMNS, False, _zori_zip),
    "zhvf_growth/Metro_zhvf_growth_uc_sfrcondo_tier_0.33_0.67_sm_sa_month.csv": (
        *((*_PLACE_COLUMNS, "BaseDate"), True, _zhvf_metro),
    ),
}


def file_of(seed: int, path: str, calendar: Calendar) -> str | None:
    """Return the text of a research file; None for a name that the store does not know."""
    if path not in _FILES:
        return None
    columns, forecast, rows = _FILES[path]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    months = _ahead(calendar.until) if forecast else calendar.months
    writer.writerow([*columns, *(month.isoformat() for month in months)])
    writer.writerows(rows(seed, calendar))
    return text.getvalue()


def router(seed: int) -> APIRouter:
    """Return the file store's route, and the sandbox's own for a new month."""
    routes, calendar, kept = APIRouter(), Calendar(), dict[tuple[str, date], str]()

    @routes.get(f"{PREFIX}/{{folder}}/{{name}}")
    def download(folder: str, name: str, request: Request) -> Response:
        path = f"{folder}/{name}"
        if path not in _FILES:
            denied = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'
            return Response(denied, 403, media_type="application/xml")
        mark = f'"{number("zillow", seed, path, calendar.until):016x}"'
        if request.headers.get("if-none-match") == mark:
            return Response(status_code=304, headers={"etag": mark})
        key = (path, calendar.until)
        text = kept[key] = kept.get(key) or str(file_of(seed, path, calendar))
        return Response(text, media_type="text/csv", headers={"etag": mark})

    @routes.put("/_zillow/until/{month}")
    def publish(month: str) -> Response:
        try:
            calendar.show(date.fromisoformat(f"{month}-01"))
        except ValueError:
            return json_response({"detail": f"{month} is no month, as in 2026-10."}, 422)
        return json_response({"until": calendar.until.isoformat()})

    return routes
