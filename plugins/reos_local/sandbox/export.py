"""The county's sales file in the form of King County's public export: the leads that the demonstration starts from.

One row a sale of the thirteen months before the market day, ten-digit ids with leading zeros, no street address; a
parcel sold twice in that time has two rows.
"""

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO
from itertools import islice
from pathlib import Path

from reos_local.sandbox.market import Sale
from reos_local.sandbox.world import Parcel, enumerate_county, parcel

HEADER = (
    *("id", "date", "price", "bedrooms", "bathrooms", "sqft_living", "sqft_lot", "floors", "waterfront", "view"),
    *("condition", "grade", "sqft_above", "sqft_basement", "yr_built", "yr_renovated", "zipcode", "lat", "long"),
    *("sqft_living15", "sqft_lot15"),
)
FIRST_DAY, LAST_DAY = date(2025, 8, 25), date(2026, 9, 18)


def _row(true: Parcel, sale: Sale) -> tuple[object, ...]:
    home = true.house
    sold = (true.apn, sale.day.isoformat(), f"{sale.price}.0")
    rooms = (home.beds, home.baths, home.living_sqft, home.lot_sqft, home.floors, int(home.waterfront), home.view)
    built = (home.condition, home.grade, home.living_sqft - home.basement_sqft, home.basement_sqft)
    years = (home.year_built, home.year_renovated)
    where = (true.place.zip5, f"{true.latitude:.4f}", f"{true.longitude:.3f}")
    return (*sold, *rooms, *built, *years, *where, home.living_sqft_nearby, home.lot_sqft_nearby)


def sold_parcels(seed: int) -> Iterator[Parcel]:
    """Yield the parcels of the export in its order, each once."""
    for apn in enumerate_county(seed):
        true = parcel(seed, apn)
        if not true.vacant and any(FIRST_DAY <= sale.day <= LAST_DAY for sale in true.sales):
            yield true


def _sold(seed: int) -> Iterator[tuple[object, ...]]:
    for true in sold_parcels(seed):
        for sale in reversed(true.sales):
            if FIRST_DAY <= sale.day <= LAST_DAY:
                yield _row(true, sale)


def export_text(rows: int, seed: int) -> str:
    """Return the export with `rows` sales as CSV text; a larger export begins with the rows of a smaller one."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(islice(_sold(seed), rows))
    return out.getvalue()


def write_export(path: Path, rows: int, seed: int) -> None:
    """Write the export with `rows` sales of the world of `seed` to `path`."""
    path.write_text(export_text(rows, seed), encoding="utf-8")
