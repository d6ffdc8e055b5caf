"""The parcel addresses of Cook County, IL, as its assessor publishes them: one row a parcel and year, all text.

Parcels, streets and people are invented; the columns are those of the county's data set. Null cells are absent, as
Socrata sends them, and the system fields `:id` and `:updated_at` stand beside the columns.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from reos_local.sandbox.draws import Draws
from reos_local.sandbox.streets import street_names

FIPS = "17031"
DATASET = "3723-97qp"
YEARS = (2024, 2025)
PARCELS = 3_000
UPDATED = datetime(2026, 7, 16, 20, 26, 46, tzinfo=UTC)

COLUMNS = {
    "row_id": "text",
    "pin": "text",
    "pin10": "text",
    "year": "number",
    "prop_address_full": "text",
    "prop_address_city_name": "text",
    "prop_address_state": "text",
    "prop_address_zipcode_1": "text",
    "mail_address_name": "text",
    "mail_address_full": "text",
    "mail_address_city_name": "text",
    "mail_address_state": "text",
    "mail_address_zipcode_1": "text",
}
SYSTEM = {":id": "row_identifier", ":updated_at": "fixed_timestamp"}

_CITIES = (("CHICAGO", "60614"), ("CHICAGO", "60647"), ("CHICAGO", "60620"), ("EVANSTON", "60202"), ("CICERO", "60804"))
_KINDS = (("ST", 50), ("AVE", 40), ("PL", 10))

Row = dict[str, Any]


@lru_cache(maxsize=2)
def rows(seed: int) -> tuple[Row, ...]:
    """Return all rows in the order of `:id`. Treat them as read-only."""
    return tuple(_row(seed, parcel, year) for year in YEARS for parcel in range(PARCELS))


def draws_of(seed: int, parcel: int) -> Draws:
    """Return the draws of one parcel, given by its place among all."""
    return Draws(seed, f"cook.{parcel}")


def pin_of(seed: int, parcel: int) -> str:
    """Return the parcel's number: 14 digits, the last four of which are for units."""
    block = draws_of(seed, parcel).whole("block", 100, 430)
    return f"{14 + parcel % 20:02d}{parcel // 600 + 1:02d}{block}{parcel % 600:03d}0000"


def _row(seed: int, parcel: int, year: int) -> Row:
    draws, pin = draws_of(seed, parcel), pin_of(seed, parcel)
    city, zip5 = draws.pick("city", _CITIES)
    home = _address(draws)
    away = draws.chance("away", 0.2)
    edited = UPDATED - timedelta(hours=draws.whole(f"edited.{year}", 0, 9_000))
    found = {
        ":id": f"row-{year}.{parcel:06d}",
        ":updated_at": edited.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "row_id": f"{pin}{year}",
        "pin": pin,
        "pin10": pin[:10],
        "year": str(year),
        "prop_address_full": home,
        "prop_address_city_name": city if home else None,
        "prop_address_state": "IL",
        "prop_address_zipcode_1": zip5 if home and not draws.chance("no_zip", 0.03) else None,
        "mail_address_name": f"TAXPAYER OF {pin}",
        "mail_address_full": "PO BOX 1000" if away else home,
        "mail_address_city_name": city,
        "mail_address_state": "IL",
        "mail_address_zipcode_1": zip5,
    }
    return {name: value for name, value in found.items() if value is not None}


def _address(draws: Draws) -> str | None:
    """Return `2350 N CLARK ST`; vacant land has none, and flats have a unit."""
    if draws.chance("vacant", 0.05):
        return None
    unit = f" UNIT {draws.whole('unit', 1, 40)}" if draws.chance("flat", 0.1) else ""
    street = f"{draws.pick('street', street_names())} {draws.weighted('kind', _KINDS)}"
    return f"{draws.whole('number', 100, 9_900)} {draws.pick('direction', ('N', 'S', 'W', 'E'))} {street}{unit}"
