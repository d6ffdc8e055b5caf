"""The county assessor's view of the world: current on buildings, two months behind on deeds, a few cells empty.

The attribute names, types and sentinels are those of `county_layer.json`, which the layer's metadata is served from.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from reos_local.sandbox.draws import Draws, number
from reos_local.sandbox.places import STATE
from reos_local.sandbox.world import ROLL_YEAR, Parcel, object_ids, parcel

ROLL_DAY = date(2026, 7, 31)
_FOREIGN_OBJECT_IDS = 1_000_000
_ZIP_WIDTH = 10
_OLDEST_EDIT_DAYS = 700

Attributes = dict[str, Any]


@lru_cache(maxsize=1)
def layer() -> dict[str, Any]:
    """Return the layer's description: its fields, object id field and record limit."""
    text = files("reos_local.sandbox").joinpath("county_layer.json").read_text(encoding="utf-8")
    described: dict[str, Any] = json.loads(text)
    return described


def _object_id(seed: int, apn: str) -> int:
    own = object_ids(seed).get(apn)
    return own or _FOREIGN_OBJECT_IDS + number("oid", apn) % 2_000_000_000


def _epoch_ms(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def last_edit() -> int:
    """Return when the layer was last edited, in milliseconds since 1970."""
    return _epoch_ms(ROLL_DAY)


def _building(draws: Draws, true: Parcel) -> Attributes:
    """Return the building's attributes; about 3 % of areas leave out a finished basement, a few cells are empty."""
    home = true.house
    if true.vacant:
        return dict.fromkeys(("STORIES", "BEDROOMS", "BATHS", "SQFT_TOT_LIVING", "BLDG_GRADE", "CONDITION")) | {
            "YR_BUILT": 0,
            "YR_RENOVATED": 0,
        }
    sqft = home.living_sqft - (home.basement_sqft if draws.chance("roll.no_basement", 0.08) else 0)
    return {
        "YR_BUILT": 0 if draws.chance("roll.no_year", 0.02) else home.year_built,
        "YR_RENOVATED": home.year_renovated,
        "STORIES": home.floors,
        "BEDROOMS": None if draws.chance("roll.no_beds", 0.02) else home.beds,
        "BATHS": None if draws.chance("roll.no_baths", 0.03) else home.baths,
        "SQFT_TOT_LIVING": None if draws.chance("roll.no_sqft", 0.01) else sqft,
        "BLDG_GRADE": home.grade,
        "CONDITION": None if draws.chance("roll.no_condition", 0.04) else home.condition,
    }


def _ownership(draws: Draws, true: Parcel) -> Attributes:
    known = [sale for sale in true.sales if sale.day <= ROLL_DAY]
    tenure = len(true.sales) - len(known)
    situs_mail = f"{true.address or ''}, {true.place.city} {STATE} {true.place.zip5}".upper()
    at_situs = true.mailing.at_situs and true.address is not None
    away = f"{true.mailing.line}, {true.mailing.city} {true.mailing.state} {true.mailing.zip5}"
    no_mail = draws.chance("roll.no_mail", 0.01) or (true.mailing.at_situs and true.address is None)
    undisclosed = draws.chance("roll.undisclosed", 0.04)
    return {
        "OWNER_NAME": None if draws.chance("roll.no_owner", 0.01) else true.owners[tenure].roll_name,
        "MAIL_ADDR": None if no_mail else (situs_mail if at_situs else away),
        "LAST_SALE_DATE": _epoch_ms(known[0].day) if known else None,
        "LAST_SALE_PRICE": 0 if undisclosed or not known else known[0].price,
    }


@lru_cache(maxsize=6_000)
def attributes(seed: int, apn: str) -> Attributes:
    """Return the county's attributes of parcel `apn`, in the layer's field order. Treat the answer as read-only."""
    true = parcel(seed, apn)
    draws = Draws(seed, apn)
    unsurveyed = draws.chance("roll.no_point", 0.01)
    seen: Attributes = {
        "OBJECTID": _object_id(seed, apn),
        "APN": apn,
        "SITUS_ADDR": true.address,
        "SITUS_CITY": true.place.city.upper(),
        "SITUS_STATE": STATE,
        "ZIP5": true.place.zip5.ljust(_ZIP_WIDTH),
        **_ownership(draws, true),
        "PROP_USE": true.house.use,
        **_building(draws, true),
        "LOT_SQFT": true.house.lot_sqft,
        "APPR_LAND_VAL": true.land_value,
        "APPR_IMP_VAL": true.improvement_value,
        "ROLL_YEAR": ROLL_YEAR,
        "LAT": None if unsurveyed else true.latitude,
        "LON": None if unsurveyed else true.longitude,
        "LAST_EDITED": _epoch_ms(ROLL_DAY - timedelta(days=draws.whole("roll.edited", 0, _OLDEST_EDIT_DAYS))),
    }
    return {field["name"]: seen[field["name"]] for field in layer()["fields"]}
