"""The parcel layers of the other ArcGIS counties: queries by `where` and by point, with and without pages.

An old server (`paged` is false) knows neither `resultOffset` nor a description of what it can do; a page that is not
the whole answer carries `exceededTransferLimit`. Errors come as HTTP 200 with an `error` object.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from reos_local.sandbox.arcgis import ArcgisError
from reos_local.sandbox.county_tables import LAYERS, Attributes, Layer, covers, rows
from reos_local.sandbox.where import WhereError, parse
from reos_local.sandbox.wire import json_response, parameters

_TRUE = "true"
_ID = "OBJECTID"


def metadata(layer: Layer) -> dict[str, Any]:
    """Return a layer's description as `<layer>?f=json` gives it; an old server does not say what it can do."""
    described: dict[str, Any] = {
        "currentVersion": layer.version,
        "id": int(layer.service.rpartition("/")[2]),
        "name": "Parcels",
        "type": "Feature Layer",
        "geometryType": "esriGeometryPolygon",
        "fields": _fields(layer, tuple(layer.columns)),
        "capabilities": "Map,Query,Data",
        "maxRecordCount": layer.most,
        "supportedQueryFormats": "JSON, AMF",
    }
    if layer.paged:
        able = {"supportsPagination": True, "supportsOrderBy": True}
        described |= {"objectIdField": _ID, "advancedQueryCapabilities": able}
    return described


def query(seed: int, layer: Layer, params: Mapping[str, str]) -> dict[str, Any]:
    """Answer one query; raises `ArcgisError` for what a real server would refuse."""
    if params.get("f") != "json" or not (params.get("where") or params.get("geometry")):
        raise ArcgisError("Unable to complete operation.")
    if not layer.paged and "resultOffset" in params:
        raise ArcgisError("Pagination is not supported.")
    wanted = params.get("outFields", "*")
    names = tuple(layer.columns) if wanted == "*" else tuple(wanted.replace(" ", "").split(","))
    if not set(names) <= layer.columns.keys():
        raise ArcgisError("Failed to execute query.")
    found = _selected(seed, layer, params)
    if params.get("returnCountOnly", "").lower() == _TRUE:
        return {"count": len(found)}
    if params.get("returnIdsOnly", "").lower() == _TRUE:
        return {"objectIdFieldName": _ID, "objectIds": [row[_ID] for row in found] or None}
    start = int(params.get("resultOffset") or 0)
    page = found[start : start + min(layer.most, int(params.get("resultRecordCount") or layer.most))]
    answer = {
        "displayFieldName": "",
        "fieldAliases": {name: name for name in names},
        "geometryType": "esriGeometryPolygon",
        "fields": _fields(layer, names),
        "features": [{"attributes": {name: row[name] for name in names}} for row in page],
    }
    return answer | ({"exceededTransferLimit": True} if start + len(page) < len(found) else {})


def router(seed: int) -> APIRouter:
    """Return the routes of all these layers."""
    routes = APIRouter(prefix="/county")
    for layer in LAYERS.values():
        _add(routes, seed, layer)
    return routes


def _add(routes: APIRouter, seed: int, layer: Layer) -> None:
    path = f"/{layer.fips}/arcgis/rest/services/{layer.service}"

    @routes.api_route(path, methods=["GET", "POST"])
    async def describe() -> Response:
        return json_response(metadata(layer))

    @routes.api_route(path + "/query", methods=["GET", "POST"])
    async def ask(request: Request) -> Response:
        try:
            return json_response(query(seed, layer, await parameters(request)))
        except ArcgisError as error:
            return json_response(error.body)


def _selected(seed: int, layer: Layer, params: Mapping[str, str]) -> Sequence[Attributes]:
    texts = {name for name, kind in layer.columns.items() if kind == "esriFieldTypeString"}
    try:
        conditions = parse(params.get("where") or "1=1", tuple(layer.columns), texts)
        point = [float(each) for each in params["geometry"].split(",")] if params.get("geometry") else None
    except (WhereError, ValueError) as error:
        raise ArcgisError("Unable to complete operation.", [str(error)]) from error
    return [
        row
        for position, row in enumerate(rows(seed, layer.fips))
        if (point is None or covers(layer.fips, position, *point)) and all(each.holds(row) for each in conditions)
    ]


def _fields(layer: Layer, names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"name": name, "type": layer.columns[name], "alias": name} for name in names]
