"""What a house is worth in the invented county, on any day, and the sales that follow from it.

A price is the typical price of the ZIP code times hedonic factors, a smooth location effect and the market's index on
the day, with a spread around it as wide as in public sales, so that a valuation by comparable sales has something to
find.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, exp, log, sin

from reos_local.sandbox.draws import Draws
from reos_local.sandbox.house import House
from reos_local.sandbox.places import Place

MARKET_DAY = date(2026, 9, 30)
_FIRST_SALE_DAY = date(1988, 1, 1)
_YEARLY_GROWTH = 0.052
_MAX_SALES = 4
_MEAN_YEARS_HELD = 7.0
_DAYS_IN_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Sale:
    """One arm's-length sale, in whole dollars."""

    day: date
    price: int


def index_on(day: date) -> float:
    """Return the price level on `day` relative to the market day: steady growth with an eleven-year cycle."""
    years = (MARKET_DAY - day).days / _DAYS_IN_YEAR
    return exp(-_YEARLY_GROWTH * years + 0.06 * (cos(years * 0.57) - 1.0))


def _location(latitude: float, longitude: float) -> float:
    return 0.06 * (sin(latitude * 260.0) + cos(longitude * 230.0))


def value(draws: Draws, place: Place, house: House, latitude: float, longitude: float) -> float:
    """Return the true market value on the market day, in dollars."""
    base = place.usd_per_sqft * place.living_sqft
    size = max(house.living_sqft, place.living_sqft // 2)
    logs = (
        0.68 * log(size / place.living_sqft),
        0.07 * log(house.lot_sqft / place.lot_sqft),
        0.09 * (house.grade - house.typical_grade),
        0.035 * (house.condition - 3),
        0.06 * house.view,
        0.55 if house.waterfront else 0.0,
        0.05 if house.year_renovated else 0.0,
        _location(latitude, longitude),
        draws.normal("value", 0.09),
    )
    return base * exp(sum(logs))


def _price(draws: Draws, amount: float, step: int) -> int:
    bargain = 0.76 if draws.chance(f"sale.bargain.{step}", 0.05) else 1.0
    return max(40_000, round(amount * bargain * exp(draws.normal(f"sale.noise.{step}", 0.05)) / 500) * 500)


def _years_held(draws: Draws, step: int) -> float:
    """Return how long after the sale numbered `step` (0 is the last) nothing was sold."""
    if step == 0 and draws.chance("sale.recent", 0.3):
        return draws.unit("sale.recent.years") * 1.1
    if step > 0 and draws.chance(f"sale.flip.{step}", 0.03):
        return 0.25 + draws.unit(f"sale.flip.years.{step}") * 0.6
    return 1.0 - _MEAN_YEARS_HELD * log(draws.unit(f"sale.held.{step}"))


def sales(draws: Draws, house: House, worth: float) -> tuple[Sale, ...]:
    """Return the parcel's sales, latest first: held for exponential times, now and then resold within a year."""
    earliest = max(_FIRST_SALE_DAY, date(house.year_built or _FIRST_SALE_DAY.year, 1, 1))
    found: list[Sale] = []
    day = MARKET_DAY
    for step in range(_MAX_SALES):
        held = _years_held(draws, step)
        day -= timedelta(days=1 + int(held * _DAYS_IN_YEAR))
        if day < earliest:
            break
        before_works = 0.87 if found and held < 1 else 1.0
        found.append(Sale(day, _price(draws, worth * index_on(day) * before_works, step)))
    return tuple(found)
