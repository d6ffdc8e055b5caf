"""The county's parcel layer as an ArcGIS FeatureServer serves it: metadata, and `query` by GET or POST form.

Errors come as HTTP 200 with an `error` object, and a page that is not the last carries `exceededTransferLimit`, as on
the real servers. Spatial queries and statistics are not offered.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from reos_local.sandbox import lookup
from reos_local.sandbox.county_view import Attributes, attributes, last_edit, layer
from reos_local.sandbox.numbering import DIGITS, apn_at
from reos_local.sandbox.places import COUNTY_FIPS
from reos_local.sandbox.where import Condition, WhereError, parse, pinned
from reos_local.sandbox.wire import json_response, parameters
from reos_local.sandbox.world import county_apns

WGS84 = {"wkid": 4326, "latestWkid": 4326}
_TEXT = frozenset(field["name"] for field in layer()["fields"] if field["type"] == "esriFieldTypeString")
_NAMES = tuple(field["name"] for field in layer()["fields"])
_TRUE = "true"


class ArcgisError(Exception):
    """An error of the layer: rendered as a 200 with `{"error": {code, message, details}}`."""

    def __init__(self, message: str, details: Sequence[str] = (), code: int = 400) -> None:
        super().__init__(message)
        self.body = {"error": {"code": code, "message": message, "details": list(details)}}


def metadata() -> dict[str, Any]:
    """Return the layer's description as `<layer>?f=json` gives it."""
    return {
        "currentVersion": 11.2,
        "id": 0,
        "name": "Parcels",
        "type": "Feature Layer",
        "description": "",
        "geometryType": "esriGeometryPoint",
        "copyrightText": "",
        "objectIdField": layer()["objectIdField"],
        "displayField": layer()["displayField"],
        "extent": {"xmin": -122.6, "ymin": 47.05, "xmax": -121.4, "ymax": 47.85, "spatialReference": WGS84},
        "fields": [field | {"domain": None} for field in layer()["fields"]],
        "hasAttachments": False,
        "capabilities": "Query",
        "editingInfo": {"lastEditDate": last_edit()},
        "editFieldsInfo": {"editDateField": "LAST_EDITED"},
        "maxRecordCount": layer()["maxRecordCount"],
        "supportedQueryFormats": "JSON",
        "advancedQueryCapabilities": {
            "supportsPagination": True,
            "supportsOrderBy": True,
            "supportsStatistics": False,
            "supportsDistinct": False,
        },
    }


def _candidates(seed: int, conditions: list[Condition]) -> Sequence[str]:
    apns = pinned(conditions, "APN")
    if apns is not None:
        return [
            apn for apn in dict.fromkeys(map(str, apns)) if len(apn) == DIGITS and apn.isascii() and apn.isdecimal()
        ]
    lines = pinned(conditions, "SITUS_ADDR")
    if lines is not None:
        return [apn_at(seed, situs.position) for line in lines for situs in lookup.find_in_every_place(str(line))]
    return county_apns(seed)


def _conditions(clause: str) -> list[Condition]:
    try:
        return parse(clause, _NAMES, _TEXT)
    except WhereError as error:
        details = [f"'where' is not valid: {error}"]
        raise ArcgisError("Unable to complete operation.", details) from error


def _selected(seed: int, params: Mapping[str, str]) -> Sequence[str]:
    """Return the parcel numbers that match, in object id order."""
    unsupported = [name for name in ("geometry", "outStatistics", "objectIds") if params.get(name)]
    if unsupported or not params.get("where"):
        raise ArcgisError("Unable to complete operation.", [f"'{name}' is not supported" for name in unsupported])
    conditions = _conditions(params["where"])
    found = _candidates(seed, conditions)
    if not conditions:
        return found
    matching = [apn for apn in found if all(condition.holds(attributes(seed, apn)) for condition in conditions)]
    return sorted(matching, key=lambda apn: int(attributes(seed, apn)["OBJECTID"]))


def _ordered(seed: int, apns: Sequence[str], order: str) -> Sequence[str]:
    for part in reversed([part.split() for part in order.split(",") if part.strip()]):
        field, descending = part[0], len(part) > 1 and part[1].upper() == "DESC"
        if field not in _NAMES:
            raise ArcgisError("Failed to execute query.")
        if field == "OBJECTID" and not descending:
            continue  # already in that order
        keyed = [(attributes(seed, apn)[field], apn) for apn in apns]
        apns = [apn for _, apn in sorted(keyed, key=lambda pair: (pair[0] is not None, pair[0]), reverse=descending)]
    return apns


def _whole(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name) or str(default)
    if not text.isdecimal():
        raise ArcgisError("Unable to complete operation.", [f"'{name}' is not a whole number"])
    return int(text)


def _out_fields(params: Mapping[str, str]) -> tuple[str, ...]:
    wanted = params.get("outFields", layer()["objectIdField"]).replace(" ", "")
    if wanted == "*":
        return _NAMES
    names = tuple(dict.fromkeys(wanted.split(",")))
    if not set(names) <= set(_NAMES):
        raise ArcgisError("Failed to execute query.")
    return names


def _feature(seen: Attributes, names: tuple[str, ...], *, geometry: bool) -> dict[str, Any]:
    feature: dict[str, Any] = {"attributes": {name: seen[name] for name in names}}
    if geometry:
        feature["geometry"] = None if seen["LON"] is None else {"x": seen["LON"], "y": seen["LAT"]}
    return feature


def query(seed: int, params: Mapping[str, str]) -> dict[str, Any]:
    """Answer one query of the layer; raises `ArcgisError` for what a real server would refuse."""
    if params.get("f") not in ("json", "pjson"):
        raise ArcgisError("Invalid or missing input parameters.", ["'f' must be json"])
    names = _out_fields(params)
    apns = _ordered(seed, _selected(seed, params), params.get("orderByFields", ""))
    if params.get("returnCountOnly", "").lower() == _TRUE:
        return {"count": len(apns)}
    if params.get("returnIdsOnly", "").lower() == _TRUE:
        return {"objectIdFieldName": "OBJECTID", "objectIds": [attributes(seed, apn)["OBJECTID"] for apn in apns]}
    limit = min(_whole(params, "resultRecordCount", layer()["maxRecordCount"]), layer()["maxRecordCount"])
    start = _whole(params, "resultOffset", 0)
    geometry = params.get("returnGeometry", _TRUE).lower() == _TRUE
    answer: dict[str, Any] = {
        "objectIdFieldName": "OBJECTID",
        "uniqueIdField": {"name": "OBJECTID", "isSystemMaintained": True},
        "globalIdFieldName": "",
        "geometryType": "esriGeometryPoint",
        "spatialReference": WGS84,
        "fields": [field for field in layer()["fields"] if field["name"] in names],
        "features": [_feature(attributes(seed, apn), names, geometry=geometry) for apn in apns[start : start + limit]],
    }
    if start + limit < len(apns):
        answer["exceededTransferLimit"] = True
    return answer


def router(seed: int) -> APIRouter:
    """Return the routes of the county's one layer."""
    routes = APIRouter(prefix="/county/{fips}/arcgis/rest/services/Parcels/FeatureServer/0")
    no_service = {"error": {"code": 404, "message": "Service not found", "details": []}}

    @routes.api_route("", methods=["GET", "POST"])
    async def describe(fips: str) -> Response:
        return json_response(metadata() if fips == COUNTY_FIPS else no_service)

    @routes.api_route("/query", methods=["GET", "POST"])
    async def ask(fips: str, request: Request) -> Response:
        if fips != COUNTY_FIPS:
            return json_response(no_service)
        try:
            return json_response(query(seed, await parameters(request)))
        except ArcgisError as error:
            return json_response(error.body)

    return routes
