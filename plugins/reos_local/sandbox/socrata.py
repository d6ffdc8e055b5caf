"""A Socrata domain with one data set: its description, and SODA 2 queries with `$select`, `$where`, `$order`, paging.

`$where` is comparisons joined by AND. Errors are those of a real domain: 400 with `errorCode`, 404 for what is gone.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from reos_local.sandbox.cook_view import COLUMNS, DATASET, FIPS, SYSTEM, UPDATED, Row, rows
from reos_local.sandbox.wire import json_response

_DEFAULT_LIMIT, _MOST = 1_000, 50_000
_TYPES = COLUMNS | SYSTEM
_CONDITION = re.compile(r"\s*(:?\w+)\s*(>=|<=|=|>|<)\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?))\s*")
_AGGREGATE = re.compile(r"\s*(count|max|min)\s*\(\s*(\*|:?\w+)\s*\)\s+as\s+(\w+)\s*", re.IGNORECASE)


class SocrataError(Exception):
    """A 400: rendered as `{message, errorCode, data}`."""

    def __init__(self, code: str, message: str, **data: object) -> None:
        super().__init__(message)
        self.body = {"message": f"Query coordinator error: {code}; {message}", "errorCode": code, "data": data}


def metadata() -> dict[str, Any]:
    """Return the data set's description as `/api/views/<id>.json` gives it."""
    return {
        "id": DATASET,
        "name": "Assessor - Parcel Addresses",
        "assetType": "dataset",
        "attribution": "Cook County Assessor's Office",
        "rowsUpdatedAt": int(UPDATED.timestamp()),
        "columns": [
            {"id": 500_000 + position, "name": name, "dataTypeName": kind, "fieldName": name, "position": position}
            for position, (name, kind) in enumerate(COLUMNS.items(), start=1)
        ],
    }


def query(found: Sequence[Row], params: Mapping[str, str]) -> list[dict[str, Any]]:
    """Answer one query over `found`; raises `SocrataError` for what a real domain would refuse."""
    matching = _filtered(found, params.get("$where", ""))
    select = params.get("$select", "*")
    aggregate = _AGGREGATE.fullmatch(select)
    if aggregate:
        return [_aggregated(matching, *aggregate.groups())]
    limit, start = _whole(params, "$limit", _DEFAULT_LIMIT), _whole(params, "$offset", 0)
    names = list(COLUMNS) if select == "*" else [_known(name.strip()) for name in select.split(",")]
    ordered = sorted(matching, key=lambda row: str(row.get(_known(params.get("$order", ":id")), "")))
    return [{name: row[name] for name in names if name in row} for row in ordered[start : start + min(limit, _MOST)]]


def _filtered(found: Sequence[Row], clause: str) -> list[Row]:
    matching = list(found)
    for part in filter(None, re.split(r"\bAND\b", clause)):
        condition = _CONDITION.fullmatch(part)
        if condition is None:
            raise SocrataError("query.soql.invalid", f"Cannot parse {part.strip()!r}")
        name, operator, quoted, bare = condition.groups()
        if (bare is None) == (_TYPES[_known(name)] == "number"):
            raise SocrataError("query.soql.type-mismatch", f"Type mismatch for op${operator}, is text")
        matching = [row for row in matching if _holds(row.get(name), operator, bare if quoted is None else quoted)]
    return matching


def _holds(cell: str | None, operator: str, value: str) -> bool:
    if cell is None:
        return False
    left, right = cell.rstrip("Z"), value.replace("''", "'").rstrip("Z")
    signs = {"=": left == right, ">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}
    return signs[operator]


def _aggregated(found: Sequence[Row], function: str, name: str, alias: str) -> dict[str, Any]:
    if function.lower() == "count":
        return {alias: str(len(found))}
    cells = [row[name] for row in found if _known(name) in row]
    return {alias: (max if function.lower() == "max" else min)(cells)} if cells else {}


def _known(name: str) -> str:
    if name not in _TYPES:
        raise SocrataError("query.soql.no-such-column", f"No such column: {name}", column=name, dataset=DATASET)
    return name


def _whole(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isdecimal():
        raise SocrataError("query.soql.invalid", f"{name} is not a whole number")
    return int(text)


def router(seed: int) -> APIRouter:
    """Return the routes of the domain."""
    routes = APIRouter(prefix=f"/county/{FIPS}")
    gone = {"code": "dataset.missing", "error": True, "message": "Not found"}

    @routes.get("/api/views/{dataset}.json")
    async def describe(dataset: str) -> Response:
        return json_response(metadata()) if dataset == DATASET else json_response(gone, 404)

    @routes.get("/resource/{dataset}.json")
    async def ask(dataset: str, request: Request) -> Response:
        if dataset != DATASET:
            return json_response(gone, 404)
        try:
            return json_response(query(rows(seed), request.query_params))
        except SocrataError as error:
            return json_response(error.body, 400)

    return routes
