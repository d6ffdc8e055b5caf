"""ATTOM's property API: key in a header, one envelope for every answer, HTTP 400 for "no match", areas page by page."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import md5
from secrets import compare_digest
from typing import Any

from fastapi import APIRouter, Request, Response

from reos_local.sandbox import lookup
from reos_local.sandbox.attom_resources import RESOURCES, View
from reos_local.sandbox.attom_view import attom_id, is_known
from reos_local.sandbox.numbering import DIGITS
from reos_local.sandbox.places import COUNTY_FIPS, index_by_zip
from reos_local.sandbox.sold import Sold
from reos_local.sandbox.wire import json_response
from reos_local.sandbox.world import Parcel, county_apns, parcel, parcel_at

PREFIX = "/attom/propertyapi/v1.0.0"
DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 1000
_ECHOED = {"jobID": "", "loanNumber": "", "preparedBy": "", "resellerID": "", "preparedFor": ""}

Body = dict[str, Any]


class BadRequestError(Exception):
    """The parameters name no property to look for."""


def _status(message: str, code: int, total: int, params: Mapping[str, str]) -> Body:
    asked = repr(sorted(params.items())).encode()
    return {
        "version": "1.0.0",
        "code": code,
        "msg": message,
        "total": total,
        "page": int(params.get("page", "1")),
        "pagesize": int(params.get("pagesize", DEFAULT_PAGE_SIZE)),
        "transactionID": md5(asked, usedforsecurity=False).hexdigest(),
    }


def _apn_of_id(seed: int, wanted: str) -> str | None:
    return next((apn for apn in county_apns(seed) if str(attom_id(apn)) == wanted), None)


def _by_number(seed: int, fips: str, apn: str) -> Parcel | None:
    digits = "".join(character for character in apn if character.isalnum())
    if fips != COUNTY_FIPS or len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        return None
    return parcel(seed, digits)


@lru_cache(maxsize=128)
def _in_zip(seed: int, zip5: str) -> tuple[str, ...]:
    if zip5 not in index_by_zip():
        return ()
    return tuple(apn for apn in sorted(county_apns(seed)) if parcel(seed, apn).place.zip5 == zip5)


def _one(seed: int, params: Mapping[str, str]) -> Parcel | None:
    if "fips" in params and "apn" in params:
        return _by_number(seed, params["fips"], params["apn"])
    if "address1" in params and "address2" in params:
        return parcel_at(seed, params["address1"], params["address2"])
    if "address" in params:
        return parcel_at(seed, *lookup.split_one_line(params["address"]))
    if "attomid" in params:
        apn = _apn_of_id(seed, params["attomid"])
        return parcel(seed, apn) if apn else None
    raise BadRequestError


def find(seed: int, params: Mapping[str, str]) -> Sequence[Parcel]:
    """Return the properties that the parameters name; raises `BadRequestError` when they name none.

    Ways of naming one: `fips` + `apn`, `address1` + `address2`, `address` (one line), `attomid`; an area: `postalcode`.
    """
    if "postalcode" in params:
        found = [parcel(seed, apn) for apn in _in_zip(seed, params["postalcode"])]
    else:
        one = _one(seed, params)
        found = [one] if one else []
    return [each for each in found if is_known(seed, each.apn)]


def _refusal(message: str) -> Response:
    return json_response({"status": {"version": "1.0.0", "code": 400, "msg": message, "total": 0}}, 400)


def _answer(seed: int, view: View, params: Mapping[str, str], sold: Sold) -> Response:
    if not all(params.get(name, "1").isdecimal() for name in ("page", "pagesize")):
        return _refusal("Invalid Parameter(s)")
    try:
        found = [seen for each in find(seed, params) if (seen := view(seed, each))]
    except BadRequestError:
        return _refusal("Invalid Parameter Combination in Request")
    if not found:
        return _refusal("SuccessWithoutResult")
    status = _status("SuccessWithResult", 0, len(found), params)
    size = min(status["pagesize"] or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    first = (max(status["page"], 1) - 1) * size
    on_page = found[first : first + size]
    sold.add("attom", len(on_page))
    return json_response({"status": status, "echoed_fields": _ECHOED, "property": on_page})


def router(seed: int, key: str, sold: Sold) -> APIRouter:
    """Return ATTOM's routes; `key` is the one API key that is accepted, `sold` counts the records that leave."""
    routes = APIRouter(prefix=PREFIX)

    def resource(path: str, view: View) -> None:
        @routes.get(path)
        async def answer(request: Request) -> Response:
            if not compare_digest(request.headers.get("apikey", "").encode(), key.encode()):
                unauthorized = {"version": "1.0.0", "code": 401, "msg": "Unauthorized", "total": 0}
                return json_response({"status": unauthorized}, 401)
            if "application/json" not in request.headers.get("accept", ""):
                status = "<status><version>1.0.0</version></status>"
                xml = f'<?xml version="1.0" encoding="UTF-8"?><Response>{status}</Response>'
                return Response(xml, media_type="application/xml")
            return _answer(seed, view, dict(request.query_params), sold)

    for path, view in RESOURCES.items():
        resource(path, view)
    return routes
