"""FEMA's National Flood Hazard Layer as its MapServer serves it: flood hazard polygons, panels, availability, by point.

As on the real server, an unknown field is an error inside a 200, a point off the maps has no features, and the former
path is a 404 with a page of HTML.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from reos_local.sandbox.arcgis import ArcgisError
from reos_local.sandbox.flood import panel, polygons
from reos_local.sandbox.wire import json_response, parameters

_NAD83 = {"wkid": 4269, "latestWkid": 4269}
_NUMBERS = frozenset({"STATIC_BFE", "DEPTH"})
_TRUE = "true"
_OLD_PAGE = (
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML//EN"><html><head><title>404 Not Found</title></head>'
    "<body><h1>Not Found</h1></body></html>"
)

Find = Callable[[int, float, float], Sequence[Mapping[str, Any]]]

_COLUMNS = {
    0: ("OBJECTID", "STUDY_ID", "STATUS"),
    3: ("OBJECTID", "DFIRM_ID", "FIRM_PAN", "PANEL_TYP", "EFF_DATE", "SCALE"),
    28: (
        *("OBJECTID", "DFIRM_ID", "FLD_AR_ID", "STUDY_TYP", "FLD_ZONE", "ZONE_SUBTY", "SFHA_TF"),
        *("STATIC_BFE", "DEPTH", "SOURCE_CIT"),
    ),
}
_NAMES = {0: "NFHL Availability", 3: "FIRM Panels", 28: "Flood Hazard Zones"}


def _panels(seed: int, longitude: float, latitude: float) -> Sequence[Mapping[str, Any]]:
    found = panel(seed, longitude, latitude)
    return [found] if found else []


def _availability(seed: int, longitude: float, latitude: float) -> Sequence[Mapping[str, Any]]:
    return [
        {"OBJECTID": found["OBJECTID"], "STUDY_ID": found["DFIRM_ID"], "STATUS": "Available"}
        for found in _panels(seed, longitude, latitude)
    ]


_FIND: Mapping[int, Find] = {0: _availability, 3: _panels, 28: polygons}


def metadata(layer: int) -> dict[str, Any]:
    """Return a layer's description as `<layer>?f=json` gives it."""
    return {
        "currentVersion": 11.1,
        "id": layer,
        "name": _NAMES[layer],
        "type": "Feature Layer",
        "geometryType": "esriGeometryPolygon",
        "fields": _fields(_COLUMNS[layer]),
        "objectIdField": "OBJECTID",
        "capabilities": "Map,Query,Data",
        "maxRecordCount": 2000,
        "supportedQueryFormats": "JSON, geoJSON, PBF",
        "advancedQueryCapabilities": {"supportsPagination": True, "supportsOrderBy": True},
    }


def query(seed: int, layer: int, params: Mapping[str, str]) -> dict[str, Any]:
    """Answer one query by point; raises `ArcgisError` for what a real server would refuse."""
    if params.get("f") not in ("json", "pjson"):
        raise ArcgisError("Invalid or missing input parameters.", ["'f' must be json"])
    longitude, latitude = _point(params)
    wanted = params.get("outFields", "OBJECTID").replace(" ", "")
    names = _COLUMNS[layer] if wanted == "*" else tuple(wanted.split(","))
    if not set(names) <= set(_COLUMNS[layer]):
        raise ArcgisError("Failed to execute query.")
    found = _FIND[layer](seed, longitude, latitude)
    if params.get("returnCountOnly", "").lower() == _TRUE:
        return {"count": len(found)}
    return {
        "displayFieldName": _COLUMNS[layer][1],
        "fieldAliases": {name: name for name in names},
        "geometryType": "esriGeometryPolygon",
        "spatialReference": _NAD83,
        "fields": _fields(names),
        "features": [{"attributes": {name: each[name] for name in names}} for each in found],
    }


def router(seed: int) -> APIRouter:
    """Return the routes of the service, and of its former address."""
    routes = APIRouter(prefix="/fema")
    service = "/arcgis/rest/services/public/NFHL/MapServer/{layer:int}"
    no_layer = {"error": {"code": 404, "message": "Layer not found", "details": []}}

    @routes.api_route(service, methods=["GET", "POST"])
    async def describe(layer: int) -> Response:
        return json_response(metadata(layer) if layer in _COLUMNS else no_layer)

    @routes.api_route(service + "/query", methods=["GET", "POST"])
    async def ask(layer: int, request: Request) -> Response:
        if layer not in _COLUMNS:
            return json_response(no_layer)
        try:
            return json_response(query(seed, layer, await parameters(request)))
        except ArcgisError as error:
            return json_response(error.body)

    @routes.api_route("/gis/nfhl/rest/{path:path}", methods=["GET", "POST"])
    async def former(path: str) -> Response:  # noqa: ARG001 - whatever it was
        return Response(_OLD_PAGE, 404, media_type="text/html")

    return routes


def _fields(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"name": name, "type": _type(name), "alias": name} for name in names]


def _type(name: str) -> str:
    if name == "OBJECTID":
        return "esriFieldTypeOID"
    if name == "EFF_DATE":
        return "esriFieldTypeDate"
    return "esriFieldTypeDouble" if name in _NUMBERS else "esriFieldTypeString"


def _point(params: Mapping[str, str]) -> tuple[float, float]:
    """Read the point of a query, as `lon,lat` or as `{"x": …, "y": …}`, in degrees."""
    written = params.get("geometry", "")
    try:
        parsed = json.loads(written) if written.startswith("{") else dict(zip("xy", written.split(","), strict=True))
        point = float(parsed["x"]), float(parsed["y"])
    except (ValueError, KeyError, TypeError):
        raise ArcgisError("Unable to complete operation.", ["'geometry' is no point"]) from None
    if params.get("geometryType") != "esriGeometryPoint" or params.get("inSR", "4326") not in {"4326", "4269"}:
        raise ArcgisError("Unable to complete operation.", ["only points in degrees are served"])
    return point
