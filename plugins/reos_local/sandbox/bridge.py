"""Zillow's Bridge: estimates of homes by address, by number or near a point, for whoever has the token.

An estimate is the home's value as Zillow sees it, off by a few percent; some homes have none, and of a few Zillow knows
the house and a unit of it.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import cos, exp, hypot, radians
from typing import Any

from fastapi import APIRouter, Request, Response

from reos_local.sandbox import lookup
from reos_local.sandbox.draws import Draws, number
from reos_local.sandbox.places import STATE
from reos_local.sandbox.wire import json_response
from reos_local.sandbox.world import Parcel, county_apns, parcel, parcel_at

PREFIX = "/bridge/api/v2"
TOKEN = "sandbox-key"  # noqa: S105 - opens nothing but this sandbox
DAY = "2026-09-28T07:00:00.000Z"
_METRES_A_DEGREE = 111_195
_UNKNOWN, _NO_RENT, _UNITS = 0.05, 0.08, 0.03
_NEAR_M = 400
_DEFAULT_LIMIT = 10

Entry = dict[str, Any]


def zpid(apn: str) -> str:
    """Return Zillow's number of a home."""
    return str(40_000_000 + number("zpid", apn) % 60_000_000)


def entries(seed: int, home: Parcel) -> list[Entry]:
    """Return what Zillow has of a home: nothing, its estimate, or that of the house and of a unit."""
    draws = Draws(seed, f"{home.apn}.zillow")
    if home.address is None or draws.chance("unknown", _UNKNOWN):
        return []
    estimate = round(home.value * exp(draws.normal("estimate", 0.055)) / 100) * 100
    whole = _entry(home, draws, estimate, zpid(home.apn), None)
    if not draws.chance("units", _UNITS):
        return [whole]
    return [_entry(home, draws, round(estimate * 0.4), zpid(f"{home.apn}.B"), "B"), whole]


def _entry(home: Parcel, draws: Draws, estimate: int, identifier: str, unit: str | None) -> Entry:
    line = f"{home.address} #{unit}" if unit else str(home.address)
    house, _, street = str(home.address).partition(" ")
    rent = None if draws.chance("no_rent", _NO_RENT) else round(estimate * 0.0042 * exp(draws.normal("rent", 0.08)))
    below, above = draws.whole("below", 4, 12), draws.whole("above", 4, 12)
    return {
        "id": f"{number('bridge', identifier):016x}{number('bridge', home.apn):016x}",
        "city": home.place.city,
        "zpid": identifier,
        "state": STATE,
        "address": f"{line} {home.place.city} {STATE} {home.place.zip5}",
        "minus30": round(estimate * 0.995),
        "Latitude": home.latitude,
        "Longitude": home.longitude,
        "timestamp": DAY,
        "zestimate": estimate,
        "zillowUrl": f"https://www.zillow.com/homes/{identifier}_zpid/",
        "lowPercent": below,
        "highPercent": above,
        "postalCode": home.place.zip5,
        "houseNumber": house,
        "streetName": street,
        "streetSuffix": None,
        "unitNumber": unit,
        "unitPrefix": None,
        "zipPlusFour": None,
        "directionPrefix": None,
        "directionSuffix": None,
        "houseNumberFraction": None,
        "rentalTimestamp": DAY,
        "rentalZestimate": rent,
        "rentalLowPercent": None if rent is None else 15,
        "rentalHighPercent": None if rent is None else 20,
        "BridgeModificationTimestamp": DAY,
        "Coordinates": [home.longitude, home.latitude],
        "forecastStandardDeviation": None,
        "url": f"api.bridgedataoutput.com/api/v2/zestimates_v2/zestimates/{identifier}",
    }


def find(seed: int, params: Mapping[str, str]) -> list[Entry]:
    """Return the entries that the parameters name; `ValueError` when they name nothing."""
    if "address" in params:
        home = parcel_at(seed, *lookup.split_one_line(params["address"].strip('"')))
        return entries(seed, home) if home else []
    wanted = params.get("zpid.in", params.get("zpid"))
    if wanted is not None:
        return [each for each in _all(seed) if each["zpid"] in wanted.split(",")]
    longitude, latitude = (float(part) for part in params.get("near", "").split(","))
    near = ((_metres(each, longitude, latitude), each) for each in _all(seed))
    return [each for metres, each in sorted(near, key=lambda pair: pair[0]) if metres < _NEAR_M]


@lru_cache(maxsize=2)
def _all(seed: int) -> tuple[Entry, ...]:
    return tuple(each for apn in county_apns(seed) for each in entries(seed, parcel(seed, apn)))


def _metres(entry: Entry, longitude: float, latitude: float) -> float:
    east = (entry["Longitude"] - longitude) * cos(radians(latitude))
    return hypot(entry["Latitude"] - latitude, east) * _METRES_A_DEGREE


def _failure(status: int, name: str, message: str) -> Response:
    return json_response({"success": False, "status": status, "bundle": {"name": name, "message": message}}, status)


def router(seed: int) -> APIRouter:
    """Return the route for estimates."""
    routes = APIRouter(prefix=PREFIX)

    @routes.get("/zestimates_v2/zestimates")
    def zestimates(request: Request) -> Response:
        params = dict(request.query_params)
        if params.get("access_token") != TOKEN:
            return _failure(401, "UnauthorizedError", "Invalid access token")
        try:
            found, limit = find(seed, params), int(params.get("limit", _DEFAULT_LIMIT))
        except ValueError:
            return _failure(400, "BadRequestError", "Invalid query parameters")
        body = {"success": True, "status": 200, "bundle": found[:limit], "total": len(found)}
        return json_response(body)

    return routes
