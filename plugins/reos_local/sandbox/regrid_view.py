"""Regrid's view of the world: the county's roll of the year before, without about 8 % of parcels and 6 % of owners.

A feature has the columns of the provider's dictionary that a county's roll can fill; a column without a value is left
out, coordinates are text, prices that are not disclosed are 0.
"""

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from reos_local.sandbox.draws import Draws, number
from reos_local.sandbox.flood import zone_at
from reos_local.sandbox.house import SINGLE_FAMILY, VACANT
from reos_local.sandbox.numbering import DIGITS, SPACE
from reos_local.sandbox.places import COUNTY_FIPS, COUNTY_NAME, STATE
from reos_local.sandbox.world import ROLL_YEAR, Parcel, county_apns, object_ids, parcel

LAST_DEED = date(2026, 2, 28)
LAST_REFRESH = "2026-04-12"
FLOOD_MAP = "2025-11-04"
COUNTY_PATH = f"/us/{STATE.lower()}/{COUNTY_NAME.lower()}"
_GAP, _NO_OWNER, _NO_ZONING, _NO_STRUCTURE_SIZE = 0.08, 0.06, 0.07, 0.12
_SQFT_PER_ACRE = 43_560
_MASK = 0x5EED_0F5A_9D1B
_FOREIGN_IDS = 10_000_000
# what the roll calls it, the standard structure code and its name
_USES = {
    SINGLE_FAMILY: (SINGLE_FAMILY, 1110.0, "Detached units"),
    "TOWNHOUSE PLAT": ("TOWNHOUSE PLAT", 1140.0, "Townhouses"),
    "DUPLEX": ("DUPLEX", 1121.0, "Duplex structures"),
    "TRIPLEX": ("TRIPLEX", 1203.0, "Multifamily, 3 units"),
    VACANT: (VACANT, 9000.0, "No structure"),
}

Columns = dict[str, Any]


def is_covered(seed: int, apn: str) -> bool:
    """Whether Regrid has the parcel at all."""
    return not Draws(seed, apn).chance("regrid.gap", _GAP)


def uuid_of(apn: str) -> UUID:
    """Return the parcel's stable id: a version 4 UUID from whose last group the number can be read back."""
    head = number("regrid", apn)
    return UUID(f"{head >> 32:08x}-{head & 0xFFFF:04x}-4{head >> 20 & 0xFFF:03x}-8000-{int(apn) ^ _MASK:012x}")


def apn_of(identifier: str) -> str | None:
    """Return the parcel number that an id made by `uuid_of` stands for, or None for any other."""
    try:
        found = UUID(identifier)
    except ValueError:
        return None
    position = (found.int & 0xFFFF_FFFF_FFFF) ^ _MASK
    apn = f"{position:0{DIGITS}d}"
    return apn if position < SPACE and uuid_of(apn) == found else None


def row_id(seed: int, apn: str) -> int:
    """Return the row's number, by which pages go; a parcel outside the county's own list has a high one."""
    return object_ids(seed).get(apn) or _FOREIGN_IDS + number("regrid.row", apn) % 2_000_000_000


def _building(draws: Draws, true: Parcel) -> Columns:
    if true.vacant:
        return {"struct": False, "structno": 0}
    home = true.house
    sqft = None if draws.chance("regrid.no_size", _NO_STRUCTURE_SIZE) else home.living_sqft
    return {
        "struct": True,
        "structno": 1,
        "yearbuilt": home.year_built,
        "numstories": home.floors,
        "recrdareano": sqft,
        "ll_bldg_footprint_sqft": round(home.living_sqft / max(home.floors, 1)),
        "ll_bldg_count": 1,
    }


def _values(draws: Draws, true: Parcel) -> Columns:
    """Return the values of the roll before last year's, 9 % below the present one."""
    land, improvements = (round(value * 0.91 / 1000) * 1000 for value in (true.land_value, true.improvement_value))
    known = [sale for sale in true.sales if sale.day <= LAST_DEED]
    undisclosed = draws.chance("regrid.undisclosed", 0.05)
    return {
        "parvaltype": "Appraised",
        "landval": float(land),
        "improvval": float(improvements),
        "parval": float(land + improvements),
        "taxyear": str(ROLL_YEAR - 2),
        "saledate": known[0].day.isoformat() if known else None,
        "saleprice": (0.0 if undisclosed else float(known[0].price)) if known else None,
    }


def _owner(draws: Draws, true: Parcel) -> Columns:
    tenure = sum(sale.day > LAST_DEED for sale in true.sales)
    if draws.chance("regrid.no_owner", _NO_OWNER):
        return {}
    mail = true.mailing
    here = (true.address, true.place.city.upper(), STATE, true.place.zip5)
    line, city, state, zip5 = here if mail.at_situs else (mail.line, mail.city, mail.state, mail.zip5)
    return {
        "owner": true.owners[tenure].roll_name,
        "mailadd": line,
        "mail_city": city,
        "mail_state2": state,
        "mail_zip": zip5,
    }


def _land(seed: int, draws: Draws, true: Parcel) -> Columns:
    sqft = true.house.lot_sqft
    zone = f"R-{draws.pick('zoning', (4, 6, 8, 12))}"
    flooded = zone_at(seed, true.latitude, true.longitude)
    return {
        "zoning": None if draws.chance("regrid.no_zoning", _NO_ZONING) else zone,
        "zoning_description": "Residential",
        "fema_flood_zone": flooded,
        "fema_flood_zone_data_date": FLOOD_MAP if flooded else None,
        "gisacre": round(sqft / _SQFT_PER_ACRE, 3),
        "sqft": float(sqft),
        "ll_gisacre": round(sqft / _SQFT_PER_ACRE, 5),
        "ll_gissqft": sqft + draws.whole("regrid.outline", -40, 40),
    }


def columns(seed: int, true: Parcel) -> Columns:
    """Return the parcel's columns, without those that have no value."""
    draws = Draws(seed, true.apn)
    wording, structure, described = _USES[true.house.use]
    seen: Columns = {
        "ogc_fid": row_id(seed, true.apn),
        "geoid": COUNTY_FIPS,
        "parcelnumb": f"{true.apn[:6]}-{true.apn[6:]}",
        "parcelnumb_no_formatting": true.apn,
        "usedesc": wording,
        "lbcs_structure": structure,
        "lbcs_structure_desc": described,
        "lbcs_activity": 1900.0 if true.vacant else 1100.0,
        **_building(draws, true),
        **_values(draws, true),
        **_owner(draws, true),
        "address": true.address,
        "scity": true.place.city.upper(),
        "city": true.place.city.lower().replace(" ", "-"),
        "county": COUNTY_NAME.lower(),
        "state2": STATE,
        "szip": f"{true.place.zip5}-{number('zip4', true.apn) % 9000 + 1000}",
        "szip5": true.place.zip5,
        "lat": f"{true.latitude:.6f}",
        "lon": f"{true.longitude:.6f}",
        **_land(seed, draws, true),
        "qoz": "No",
        "ll_last_refresh": LAST_REFRESH,
        "path": f"{COUNTY_PATH}/{row_id(seed, true.apn)}",
        "ll_stable_id": "preserved",
        "ll_uuid": str(uuid_of(true.apn)),
        "ll_updated_at": f"2026-04-{draws.whole('regrid.updated', 12, 28)} 08:21:35 -0400",
    }
    return {name: value for name, value in seen.items() if value is not None}


def feature(seed: int, true: Parcel, *, geometry: bool = True) -> Columns:
    """Return the parcel as one feature of Regrid's answers; its outline is a square round its point."""
    found = columns(seed, true)
    place = f"{COUNTY_NAME}, {STATE}"
    seen: Columns = {
        "type": "Feature",
        "properties": {
            "headline": (true.address or place).title(),
            "path": found["path"],
            "fields": found,
            "context": {"headline": place, "name": place, "path": COUNTY_PATH, "active": True},
            "ll_uuid": found["ll_uuid"],
        },
        "id": found["ogc_fid"],
    }
    if geometry:
        north, east = true.latitude, true.longitude
        corners = ((-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1))
        ring = [[round(east + x * 0.0001, 6), round(north + y * 0.0001, 6)] for x, y in corners]
        seen["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    return seen


@lru_cache(maxsize=4)
def covered(seed: int) -> tuple[tuple[int, str], ...]:
    """Return the county's own parcels that Regrid has, by row number."""
    return tuple((row_id(seed, apn), apn) for apn in county_apns(seed) if is_covered(seed, apn))


@lru_cache(maxsize=4)
def points(seed: int) -> tuple[tuple[float, float, str], ...]:
    """Return latitude, longitude and number of every covered parcel of the county."""
    return tuple((true.latitude, true.longitude, apn) for _, apn in covered(seed) for true in (parcel(seed, apn),))
