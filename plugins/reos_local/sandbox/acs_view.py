"""What the Census's survey says of the invented county, its ZIP code areas and tracts, from what houses are like.

Counts are shares of the households or people of an area; medians follow the area's typical house. A few small areas
have no median, as in the real survey, which then gives its negative codes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import exp

from reos_local.sandbox.draws import Draws, number
from reos_local.sandbox.market import index_on
from reos_local.sandbox.places import COUNTY_FIPS, COUNTY_NAME, Place, places

HOUSEHOLDS_A_SALE = 60
TRACTS = 3  # of each ZIP code
_TOO_FEW, _NO_MARGIN, _CONTROLLED = "-666666666", "-222222222", "-555555555"
_UNKNOWN = 0.04  # of the tracts have no median
# Table → its total (households, units or people) and the share of each line in it.
_SHARES: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "B25001": ("units", {}),
    "B25002": ("units", {"002": 0.94, "003": 0.06}),
    "B25003": ("households", {"002": 0.58, "003": 0.42}),
    "B25004": ("vacant", dict(zip(("002", "003", "004", "005", "006", "007", "008"),
                                  (0.33, 0.05, 0.07, 0.06, 0.25, 0.0, 0.24), strict=True))),
    "B25024": ("units", {f"{line:03d}": share for line, share in enumerate(
        (0.55, 0.05, 0.02, 0.04, 0.06, 0.08, 0.08, 0.1, 0.02, 0.0), start=2)}),
    "B25034": ("units", {f"{line:03d}": share for line, share in enumerate(
        (0.02, 0.1, 0.13, 0.14, 0.15, 0.13, 0.11, 0.1, 0.05, 0.07), start=2)}),
    "B01001": ("people", {"002": 0.502, "026": 0.498}),
    "B01003": ("people", {}),
    "B02001": ("people", dict(zip(("002", "003", "004", "005", "006", "007", "008"),
                                  (0.58, 0.07, 0.01, 0.2, 0.01, 0.04, 0.09), strict=True))),
    "B03002": ("people", {"002": 0.9, "003": 0.56, "004": 0.07, "006": 0.2, "012": 0.1}),
    "B05002": ("people", {"002": 0.76, "013": 0.24}),
    "B11001": ("households", {"002": 0.59}),
    "B11005": ("households", {"002": 0.28}),
    "B17001": ("people", {"002": 0.09}),
    "B23025": ("adults", {"003": 0.69, "005": 0.03}),
}  # fmt: skip
_MEDIANS = frozenset(
    {
        *("B25018", "B25035", "B25058", "B25064", "B25076", "B25077", "B25078", "B25103"),
        *("B01002", "B19013", "B19301", "B25010", "B25071"),
    }
)


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its name, its codes by column, how many households it has, and the place that it is like."""

    name: str
    codes: Mapping[str, str]
    households: int
    like: Place


def zctas() -> Iterator[Area]:
    """Yield the ZIP code areas."""
    for place in places():
        name = f"ZCTA5 {place.zip5}"
        yield Area(name, {"zip code tabulation area": place.zip5}, place.weight * HOUSEHOLDS_A_SALE, place)


def tracts() -> Iterator[Area]:
    """Yield the county's tracts, some of each ZIP code."""
    for position, place in enumerate(places(), start=1):
        for part in range(1, TRACTS + 1):
            codes = {"state": COUNTY_FIPS[:2], "county": COUNTY_FIPS[2:], "tract": f"{position:04d}{part:02d}"}
            name = f"Census Tract {position}.{part:02d}; {COUNTY_NAME} County; Washington"
            yield Area(name, codes, place.weight * HOUSEHOLDS_A_SALE // TRACTS, place)


def counties() -> Iterator[Area]:
    """Yield the one county that there is."""
    total = sum(place.weight for place in places()) * HOUSEHOLDS_A_SALE
    middle = sorted(places(), key=lambda place: place.usd_per_sqft)[len(places()) // 2]
    codes = {"state": COUNTY_FIPS[:2], "county": COUNTY_FIPS[2:]}
    yield Area(f"{COUNTY_NAME} County, Washington", codes, total, middle)


def is_known(variable: str) -> bool:
    """Whether the survey has the variable, with its suffix E (estimate) or M (margin of error)."""
    table, line, suffix = variable[:6], variable[7:10], variable[10:]
    if suffix not in {"E", "M"} or variable[6:7] != "_":
        return False
    return line == "001" if table in _MEDIANS else table in _SHARES and (line == "001" or line in _SHARES[table][1])


@lru_cache(maxsize=100_000)
def _figure(seed: int, name: str, variable: str, year: int) -> float:
    """Return how far a figure of an area lies off what is typical."""
    return exp(Draws(seed, f"acs.{name}").normal(f"{variable}.{year}", 0.05))


def cell(seed: int, area: Area, variable: str, year: int) -> str:
    """Return what the survey has for a variable of an area, as text."""
    code, suffix = variable[:10], variable[10:]
    if code[:6] in _MEDIANS:
        return _median(seed, area, code, suffix, year)
    total, shares = _SHARES[code[:6]]
    count = _total(area, total) * (shares.get(code[7:], 1.0) if code[7:] != "001" else 1.0)
    if code[7:] != "001":
        count *= _figure(seed, area.name, code, year)
    if suffix == "M":
        return _CONTROLLED if "tract" not in area.codes and code == "B01003_001" else str(round(max(8, count**0.5 * 2)))
    return str(round(count))


def _total(area: Area, what: str) -> float:
    units = area.households / 0.94
    people = area.households * 2.4
    return {
        "units": units,
        "households": area.households,
        "vacant": units - area.households,
        "people": people,
        "adults": people * 0.81,
    }[what]


def _median(seed: int, area: Area, code: str, suffix: str, year: int) -> str:
    if "tract" in area.codes and number("acs.unknown", seed, area.name, code[:6]) % 1000 < _UNKNOWN * 1000:
        return _TOO_FEW if suffix == "E" else _NO_MARGIN
    typical, digits = _typical(area.like, year)[code[:6]]
    found = typical * (_figure(seed, area.name, code, year) if code[:6] != "B25035" else 1.0)
    if code[:6] == "B25035":
        found += number("acs.built", area.name) % 7 - 3
    found = min(found, 2_000_001) if code[:6] in {"B25076", "B25077", "B25078"} else found
    if suffix == "M":
        found = 3 if code[:6] == "B25035" else found * 0.04
    return f"{found:.{digits}f}"


def _typical(place: Place, year: int) -> Mapping[str, tuple[float, int]]:
    """Return the typical figure of each median with its decimals."""
    value = place.usd_per_sqft * place.living_sqft * index_on(date(year - 2, 7, 1))
    return {
        "B25018": (place.living_sqft / 330, 1),
        "B25035": (place.year_built, 0),
        "B25058": (value * 0.0036, 0),
        "B25064": (value * 0.004, 0),
        "B25076": (value * 0.72, 0),
        "B25077": (value * 0.95, 0),
        "B25078": (value * 1.3, 0),
        "B25103": (value * 0.009, 0),
        "B01002": (38.4, 1),
        "B19013": (value * 0.14, 0),
        "B19301": (value * 0.075, 0),
        "B25010": (2.4, 2),
        "B25071": (29.1, 1),
    }
