"""ATTOM's `/property/expandedprofile`: key in a header, one envelope for every answer, HTTP 400 for "no match"."""

from collections.abc import Mapping
from hashlib import md5
from secrets import compare_digest
from typing import Any

from fastapi import APIRouter, Request, Response

from reos_local.sandbox import lookup
from reos_local.sandbox.attom_view import attom_id, is_known, profile, profile_of
from reos_local.sandbox.numbering import DIGITS
from reos_local.sandbox.places import COUNTY_FIPS
from reos_local.sandbox.wire import json_response
from reos_local.sandbox.world import county_apns, parcel_at

PREFIX = "/attom/propertyapi/v1.0.0"
DEFAULT_PAGE_SIZE = 10
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


def _by_number(seed: int, fips: str, apn: str) -> Body | None:
    digits = "".join(character for character in apn if character.isalnum())
    if fips != COUNTY_FIPS or len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        return None
    return profile_of(seed, digits)


def _by_address(seed: int, line: str, locality: str) -> Body | None:
    found = parcel_at(seed, line, locality)
    return profile(seed, found) if found and is_known(seed, found.apn) else None


def find(seed: int, params: Mapping[str, str]) -> Body | None:
    """Return the one property that the parameters name, or None; raises `BadRequestError` when they name none.

    Ways of naming: `fips` + `apn`, `address1` + `address2`, `address` (one line), `attomid`.
    """
    if "fips" in params and "apn" in params:
        return _by_number(seed, params["fips"], params["apn"])
    if "address1" in params and "address2" in params:
        return _by_address(seed, params["address1"], params["address2"])
    if "address" in params:
        return _by_address(seed, *lookup.split_one_line(params["address"]))
    if "attomid" in params:
        apn = _apn_of_id(seed, params["attomid"])
        return profile_of(seed, apn) if apn else None
    raise BadRequestError


def _answer(seed: int, params: Mapping[str, str]) -> Response:
    if not all(params.get(name, "1").isdecimal() for name in ("page", "pagesize")):
        return json_response(
            {"status": {"version": "1.0.0", "code": 400, "msg": "Invalid Parameter(s)", "total": 0}}, 400
        )
    try:
        found = find(seed, params)
    except BadRequestError:
        message = "Invalid Parameter Combination in Request"
        return json_response({"status": {"version": "1.0.0", "code": 400, "msg": message, "total": 0}}, 400)
    if found is None:
        nothing = {"version": "1.0.0", "code": 400, "msg": "SuccessWithoutResult", "total": 0}
        return json_response({"status": nothing}, 400)
    status = _status("SuccessWithResult", 0, 1, params)
    on_page = [found] if status["page"] <= 1 else []
    return json_response({"status": status, "echoed_fields": _ECHOED, "property": on_page})


def router(seed: int, key: str) -> APIRouter:
    """Return ATTOM's routes; `key` is the one API key that is accepted."""
    routes = APIRouter(prefix=PREFIX)

    @routes.get("/property/expandedprofile")
    async def expanded_profile(request: Request) -> Response:
        if not compare_digest(request.headers.get("apikey", "").encode(), key.encode()):
            return json_response({"status": {"version": "1.0.0", "code": 401, "msg": "Unauthorized", "total": 0}}, 401)
        if "application/json" not in request.headers.get("accept", ""):
            xml = '<?xml version="1.0" encoding="UTF-8"?><Response><status><version>1.0.0</version></status></Response>'
            return Response(xml, media_type="application/xml")
        return _answer(seed, dict(request.query_params))

    return routes
