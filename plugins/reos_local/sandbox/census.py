"""The Census Bureau's geocoder: one address as JSON, or a file of them as CSV lines in another order than sent.

It knows addresses by street ranges, so a point lies on the road near the house, not on it. A few addresses are missing
from its files and a few fit two places, as in the real one; outside the county it knows nothing.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from reos_local.sandbox import lookup
from reos_local.sandbox.draws import Draws, number
from reos_local.sandbox.places import STATE, places
from reos_local.sandbox.wire import json_response
from reos_local.sandbox.world import Parcel, parcel_at

PREFIX = "/census/geocoder/locations"
MOST_ROWS = 10_000
_BENCHMARKS = {
    "Public_AR_Current": ("4", "Public Address Ranges - Current Benchmark"),
    "Public_AR_Census2020": ("2020", "Public Address Ranges - Census 2020 Benchmark"),
}
_METRES_A_DEGREE = 111_195
_UNKNOWN, _TIED, _INEXACT = 0.03, 0.01, 0.06

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Match:
    """One place that fits a question."""

    address: str
    longitude: float
    latitude: float
    tiger_line: str
    side: str
    components: Mapping[str, str]
    exact: bool


class BadRequestError(Exception):
    """The request lacks something; the message is what the service says."""


def _match(seed: int, home: Parcel, *, elsewhere: bool = False) -> Match:
    """Return the match of a parcel: a point up to about 40 m off, or the same street in the next ZIP code."""
    draws = Draws(seed, f"{home.apn}.census")
    place = home.place
    latitude = home.latitude + draws.normal("north", 15, 2.5) / _METRES_A_DEGREE
    longitude = home.longitude + draws.normal("east", 15, 2.5) / (_METRES_A_DEGREE * cos(radians(home.latitude)))
    if elsewhere:
        other = places()[(places().index(place) + 1) % len(places())]
        latitude, longitude = latitude + other.latitude - place.latitude, longitude + other.longitude - place.longitude
        place = other
    house, street, _ = lookup.read_line(str(home.address)) or (0, "", "")
    first = house // 100 * 100
    return Match(
        address=f"{house} {street}, {place.city.upper()}, {STATE}, {place.zip5}",
        longitude=round(longitude, 12),
        latitude=round(latitude, 12),
        tiger_line=str(180_000_000 + number("tiger", str(street), place.zip5) % 20_000_000),
        side="R" if house % 2 else "L",
        components={
            "zip": place.zip5, "city": place.city.upper(), "state": STATE, "streetName": str(street), "preType": "",
            "preDirection": "", "preQualifier": "", "suffixType": "", "suffixDirection": "", "suffixQualifier": "",
            "fromAddress": str(first + house % 2), "toAddress": str(first + 98 + house % 2),
        },
        exact=not draws.chance("inexact", _INEXACT),
    )  # fmt: skip


def matches(seed: int, line: str, locality: str) -> list[Match]:
    """Return the places that fit a street line and its `CITY, ST ZIP`: none, one or, for a tie, two."""
    home = parcel_at(seed, line, locality)
    if home is None or lookup.read_line(str(home.address)) is None:
        return []
    draws = Draws(seed, f"{home.apn}.census")
    if draws.chance("unknown", _UNKNOWN):
        return []
    found = [_match(seed, home)]
    return [*found, _match(seed, home, elsewhere=True)] if draws.chance("tied", _TIED) else found


def _benchmark(name: str | None) -> Json:
    if name not in _BENCHMARKS:
        raise BadRequestError("Invalid benchmark in request" if name else "Benchmark must be specified")
    identifier, description = _BENCHMARKS[name]
    return {
        "id": identifier,
        "isDefault": False,
        "benchmarkName": name,
        "benchmarkDescription": description,
    }


def _rendered(match: Match) -> Json:
    return {
        "tigerLine": {"side": match.side, "tigerLineId": match.tiger_line},
        "coordinates": {"x": match.longitude, "y": match.latitude},
        "addressComponents": dict(match.components),
        "matchedAddress": match.address,
    }


def one_line(seed: int, params: Mapping[str, str]) -> Json:
    """Answer `onelineaddress`; raises `BadRequestError` for what the service refuses."""
    benchmark = _benchmark(params.get("benchmark"))
    address = params.get("address", "").strip()
    if not address:
        raise BadRequestError("Address cannot be empty")
    found = matches(seed, *lookup.split_one_line(address))
    asked = {"address": {"address": address}, "benchmark": benchmark}
    return {"result": {"input": asked, "addressMatches": [_rendered(match) for match in found]}}


def batch(seed: int, content: bytes | None) -> str:
    """Answer a file of `id,street,city,state,zip` lines; the answer's lines come in another order."""
    rows = [row for row in csv.reader(io.StringIO((content or b"").decode("utf-8", errors="replace"))) if row]
    if content is None or len(rows) > MOST_ROWS or any(len(row) != 5 for row in rows):  # noqa: PLR2004 - the five columns
        raise BadRequestError("Address file is not valid")
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for row in sorted(rows, key=lambda row: number("order", *row)):
        writer.writerow(_line(seed, *row))
    return text.getvalue()


def _line(seed: int, identifier: str, street: str, city: str, state: str, zip5: str) -> list[str]:
    asked = f"{street}, {city}, {state}, {zip5}"
    found = matches(seed, street, f"{city}, {state} {zip5}".strip(", "))
    if len(found) != 1:
        return [identifier, asked, "Tie" if found else "No_Match"]
    match = found[0]
    point = f"{match.longitude},{match.latitude}"
    kind = "Exact" if match.exact else "Non_Exact"
    return [identifier, asked, "Match", kind, match.address, point, match.tiger_line, match.side]


def router(seed: int) -> APIRouter:
    """Return the geocoder's routes that find places by address."""
    routes = APIRouter(prefix=PREFIX)

    def refused(error: BadRequestError) -> Response:
        return json_response({"errors": [str(error)], "status": "400"}, 400)

    @routes.get("/onelineaddress")
    async def ask(request: Request) -> Response:
        try:
            return json_response(one_line(seed, request.query_params))
        except BadRequestError as error:
            return refused(error)

    @routes.post("/addressbatch")
    async def ask_many(request: Request) -> Response:
        async with request.form() as form:
            file, benchmark = form.get("addressFile"), form.get("benchmark")
            content = await file.read() if isinstance(file, UploadFile) else None
        try:
            _benchmark(benchmark if isinstance(benchmark, str) else None)
            return Response(batch(seed, content), media_type="text/csv;charset=utf-8")
        except BadRequestError as error:
            return refused(error)

    return routes
