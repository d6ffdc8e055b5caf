"""The ZIP codes of the invented county: where each lies and what a typical house there is and costs.

Names and coordinates are King County's; the typical values are medians of its public sales of 2014 and 2015 (CC0), with
prices carried forward to the market day of the sandbox.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

COUNTY_FIPS = "53033"
COUNTY_NAME = "King"
STATE = "WA"


@dataclass(frozen=True, slots=True)
class Place:
    """One ZIP code; `spread` is the deviation of its parcels from the centre, in degrees."""

    zip5: str
    city: str
    latitude: float
    longitude: float
    spread: float
    quadrant: str
    weight: int
    usd_per_sqft: int
    year_built: int
    living_sqft: int
    lot_sqft: int


def _place(row: dict[str, str]) -> Place:
    return Place(
        zip5=row["zip5"],
        city=row["city"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        spread=float(row["spread"]),
        quadrant=row["quadrant"],
        weight=int(row["weight"]),
        usd_per_sqft=int(row["usd_per_sqft"]),
        year_built=int(row["year_built"]),
        living_sqft=int(row["living_sqft"]),
        lot_sqft=int(row["lot_sqft"]),
    )


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """Return the county's places in order of ZIP code; the position is part of every address's number."""
    text = files("reos_local.sandbox").joinpath("places.csv").read_text(encoding="utf-8")
    return tuple(_place(row) for row in csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def index_by_zip() -> dict[str, int]:
    """Return the position of each ZIP code in `places()`."""
    return {place.zip5: position for position, place in enumerate(places())}
