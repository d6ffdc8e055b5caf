"""Regrid's Parcel API v2: a token in the query, features in an envelope, 20 unless told otherwise, all billed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import cos, hypot, radians
from secrets import compare_digest

from fastapi import APIRouter, Request, Response

from reos_local.sandbox import lookup
from reos_local.sandbox.numbering import DIGITS
from reos_local.sandbox.places import STATE
from reos_local.sandbox.regrid_query import BadQueryError, matches, read_conditions
from reos_local.sandbox.regrid_view import COUNTY_PATH, apn_of, columns, covered, feature, is_covered, points
from reos_local.sandbox.sold import Sold
from reos_local.sandbox.wire import json_response
from reos_local.sandbox.world import Parcel, parcel, parcel_at
from reos_local.stack.environment import SANDBOX_KEY

PREFIX = "/regrid/api/v2"
DEFAULT_LIMIT, MAX_LIMIT = 20, 1000
_METRES_PER_DEGREE = 111_320
_INSIDE_METRES = 12.0
_ONE_LINE = re.compile(r"^\s*([^,]+),\s*(.+)$")

Params = Mapping[str, str]


def _problem(status: int, message: str) -> Response:
    return json_response({"status": "error", "message": message}, status)


def _limit(params: Params) -> int:
    written = params.get("limit", str(DEFAULT_LIMIT))
    if not written.isdecimal() or not 1 <= int(written) <= MAX_LIMIT:
        raise BadQueryError(f"Invalid limit: must be 1 to {MAX_LIMIT}")
    return int(written)


def _looks_here(params: Params) -> bool:
    """Whether a `path` covers our county: the nation, the state, the county, or nothing said."""
    path = params.get("path", "/us").rstrip("/").lower()
    return path in {"/us", f"/us/{STATE.lower()}", COUNTY_PATH}


def _required(params: Params, name: str) -> str:
    if not params.get(name):
        raise BadQueryError(f"Missing required parameter: {name}")
    return params[name]


def _by_number(seed: int, params: Params) -> Sequence[Parcel]:
    digits = "".join(character for character in _required(params, "parcelnumb") if character.isalnum())
    if not _looks_here(params) or len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        return []
    return [parcel(seed, digits)] if is_covered(seed, digits) else []


def _by_address(seed: int, params: Params) -> Sequence[Parcel]:
    parts = _ONE_LINE.match(_required(params, "query"))
    found = parcel_at(seed, parts[1], parts[2]) if parts and _looks_here(params) else None
    if found is None and parts and _looks_here(params):
        found = parcel_at(seed, *lookup.split_one_line(parts[0]))
    return [found] if found and is_covered(seed, found.apn) else []


def _by_point(seed: int, params: Params) -> Sequence[Parcel]:
    try:
        lat, lon = float(_required(params, "lat")), float(_required(params, "lon"))
        reach = max(_INSIDE_METRES, float(params.get("radius", "0")))
    except ValueError:
        raise BadQueryError("Invalid coordinates") from None
    east = cos(radians(lat))
    near = sorted(
        (hypot(y - lat, (x - lon) * east) * _METRES_PER_DEGREE, apn)
        for y, x, apn in points(seed)
        if abs(y - lat) * _METRES_PER_DEGREE <= reach
    )
    within = [apn for metres, apn in near if metres <= reach]
    return [parcel(seed, apn) for apn in (within if "radius" in params else within[:1])]


def _matching(seed: int, params: Params) -> Iterator[Parcel]:
    conditions = read_conditions(params)
    offset = params.get("offset_id")
    if offset is not None and (not offset.isdecimal() or any("[order]" in name for name in params)):
        raise BadQueryError("Invalid offset_id: order is not allowed while paging")
    for row, apn in covered(seed):
        true = parcel(seed, apn)
        if row > int(offset or 0) and matches(columns(seed, true), conditions):
            yield true


def _by_query(seed: int, params: Params) -> Sequence[Parcel]:
    limit = _limit(params)
    found = []
    for true in _matching(seed, params):
        found.append(true)
        if len(found) == limit:
            break
    return found


class _Desk:
    """What every route shares: the token that is accepted, the records sold to it, the form of the answers."""

    def __init__(self, seed: int, sold: Sold, token: str) -> None:
        self._seed = seed
        self._sold = sold
        self._token = token
        self._requests = 0
        self._results = 0

    def answer(self, params: Params, reply: Callable[[Params], Response]) -> Response:
        """Return what `reply` makes of the request, or the refusal of a wrong token or query."""
        if not compare_digest(params.get("token", "").encode(), self._token.encode()):
            return _problem(401, "Invalid or missing token")
        try:
            return reply(params)
        except BadQueryError as wrong:
            return _problem(400, str(wrong))

    def features(self, params: Params, found: Sequence[Parcel]) -> Response:
        """Sell at most `limit` of `found`."""
        kept = found[: _limit(params)]
        self._requests += 1
        self._results += len(kept)
        self._sold.add("regrid", len(kept))
        geometry = params.get("return_geometry", "true") != "false"
        features = [feature(self._seed, each, geometry=geometry) for each in kept]
        return json_response({"parcels": {"type": "FeatureCollection", "features": features}})

    def query(self, params: Params) -> Response:
        """Answer `/parcels/query`; counting alone is free."""
        if params.get("count") == "true":
            return json_response({"count": sum(1 for _ in _matching(self._seed, params))})
        return self.features(params, _by_query(self._seed, params))

    def usage(self, _params: Params) -> Response:
        """Answer `/usage` for the present period."""
        total = {"requests": self._requests, "results": self._results, "tiles": 0, "features": 0, "typeahead": 0}
        period = {"begin_ts": 1793491200, "begin": "2026-11-1", "end": "2026-12-1"}
        plan = {"overage": {}, "counts": [], "current": True, "paid": True, "trial": False}
        return json_response({**period, "total": total, **plan})

    def by_id(self, identifier: str, params: Params) -> Response:
        """Answer `/parcels/{ll_uuid}`."""
        apn = apn_of(identifier)
        if apn is None or not is_covered(self._seed, apn):
            return _problem(404, "Parcel not found")
        return self.features(params, [parcel(self._seed, apn)])


def router(seed: int, sold: Sold, token: str = SANDBOX_KEY) -> APIRouter:
    """Return Regrid's routes; `token` is the one that is accepted, `sold` counts the records that leave."""
    routes, desk = APIRouter(prefix=PREFIX), _Desk(seed, sold, token)
    searches = {"apn": _by_number, "address": _by_address, "point": _by_point}

    def search(name: str, find: Callable[[int, Params], Sequence[Parcel]]) -> None:
        @routes.get(f"/parcels/{name}")
        async def found(request: Request) -> Response:
            return desk.answer(dict(request.query_params), lambda params: desk.features(params, find(seed, params)))

    for name, find in searches.items():
        search(name, find)

    @routes.get("/parcels/query")
    async def query(request: Request) -> Response:
        return desk.answer(dict(request.query_params), desk.query)

    @routes.get("/usage")
    async def usage(request: Request) -> Response:
        return desk.answer(dict(request.query_params), desk.usage)

    @routes.get("/parcels/{identifier}")
    async def by_id(identifier: str, request: Request) -> Response:
        return desk.answer(dict(request.query_params), lambda params: desk.by_id(identifier, params))

    return routes
