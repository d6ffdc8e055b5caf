"""A Socrata domain: its data sets' descriptions, and SODA 2 queries with `$select`, `$where`, `$order` and paging.

`$where` is comparisons and lists joined by AND, `$select` may rename. Errors are those of a real domain: 400 with
`errorCode`, 404 for what is gone.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from reos_local.sandbox.cook_rolls import TABLES, Table
from reos_local.sandbox.cook_view import DATASET, FIPS, SYSTEM, UPDATED, Row
from reos_local.sandbox.wire import json_response

_DEFAULT_LIMIT, _MOST = 1_000, 50_000
_VALUE = r"(?:'(?:[^']|'')*'|-?\d+(?:\.\d+)?)"
_CONDITION = re.compile(
    rf"\s*(:?\w+)\s*(?:(>=|<=|=|>|<)\s*({_VALUE})|in\s*\(\s*({_VALUE}(?:\s*,\s*{_VALUE})*)\s*\))\s*", re.IGNORECASE
)
_SELECTED = re.compile(r"\s*(:?\w+)(?:\s+as\s+(\w+))?\s*", re.IGNORECASE)
_AGGREGATE = re.compile(r"\s*(count|max|min)\s*\(\s*(\*|:?\w+)\s*\)\s+as\s+(\w+)\s*", re.IGNORECASE)


class SocrataError(Exception):
    """A 400: rendered as `{message, errorCode, data}`."""

    def __init__(self, code: str, message: str, **data: object) -> None:
        super().__init__(message)
        self.body = {"message": f"Query coordinator error: {code}; {message}", "errorCode": code, "data": data}


def metadata(dataset: str = DATASET) -> dict[str, Any]:
    """Return a data set's description as `/api/views/<id>.json` gives it."""
    table = TABLES[dataset]
    return {
        "id": dataset,
        "name": table.title,
        "assetType": "dataset",
        "attribution": "Cook County Assessor's Office",
        "rowsUpdatedAt": int(UPDATED.timestamp()),
        "columns": [
            {"id": 500_000 + position, "name": name, "dataTypeName": kind, "fieldName": name, "position": position}
            for position, (name, kind) in enumerate(table.columns.items(), start=1)
        ],
    }


def query(table: Table, seed: int, params: Mapping[str, str]) -> list[dict[str, Any]]:
    """Answer one query over a data set; raises `SocrataError` for what a real domain would refuse."""
    types = {**table.columns, **SYSTEM}
    matching = _filtered(table.rows(seed), types, params.get("$where", ""))
    select = params.get("$select", "*")
    aggregate = _AGGREGATE.fullmatch(select)
    if aggregate:
        return [_aggregated(matching, types, *aggregate.groups())]
    limit, start = _whole(params, "$limit", _DEFAULT_LIMIT), _whole(params, "$offset", 0)
    names = {name: name for name in table.columns} if select == "*" else _renamed(types, select)
    order = _known(types, params.get("$order", ":id"))
    ordered = sorted(matching, key=lambda row: str(row.get(order, "")))[start : start + min(limit, _MOST)]
    return [{ours: row[name] for ours, name in names.items() if name in row} for row in ordered]


def _renamed(types: Mapping[str, str], select: str) -> dict[str, str]:
    """Return the columns of a `$select`, each under the name that it asks for."""
    found = {}
    for part in select.split(","):
        match = _SELECTED.fullmatch(part)
        if match is None:
            raise SocrataError("query.soql.invalid", f"Cannot parse {part.strip()!r}")
        found[match[2] or match[1]] = _known(types, match[1])
    return found


def _filtered(found: Sequence[Row], types: Mapping[str, str], clause: str) -> list[Row]:
    matching = list(found)
    for part in filter(None, re.split(r"\bAND\b", clause)):
        condition = _CONDITION.fullmatch(part)
        if condition is None:
            raise SocrataError("query.soql.invalid", f"Cannot parse {part.strip()!r}")
        name, operator, one, several = condition.groups()
        values = re.findall(_VALUE, several or one)
        if any(value.startswith("'") == (types[_known(types, name)] == "number") for value in values):
            raise SocrataError("query.soql.type-mismatch", f"Type mismatch for op${operator or 'IN'}, is text")
        plain = {value[1:-1].replace("''", "'") if value.startswith("'") else value for value in values}
        if operator:
            matching = [row for row in matching if _holds(row.get(name), operator, *plain)]
        else:
            matching = [row for row in matching if row.get(name) in plain]
    return matching


def _holds(cell: str | None, operator: str, value: str) -> bool:
    if cell is None:
        return False
    left, right = cell.rstrip("Z"), value.rstrip("Z")
    signs = {"=": left == right, ">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}
    return signs[operator]


def _aggregated(found: Sequence[Row], types: Mapping[str, str], function: str, name: str, alias: str) -> dict[str, Any]:
    if function.lower() == "count":
        return {alias: str(len(found))}
    cells = [row[name] for row in found if _known(types, name) in row]
    return {alias: (max if function.lower() == "max" else min)(cells)} if cells else {}


def _known(types: Mapping[str, str], name: str) -> str:
    if name not in types:
        raise SocrataError("query.soql.no-such-column", f"No such column: {name}", column=name, dataset="hotel.1")
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
        return json_response(metadata(dataset)) if dataset in TABLES else json_response(gone, 404)

    @routes.get("/resource/{dataset}.json")
    async def ask(dataset: str, request: Request) -> Response:
        if dataset not in TABLES:
            return json_response(gone, 404)
        try:
            return json_response(query(TABLES[dataset], seed, request.query_params))
        except SocrataError as error:
            return json_response(error.body, 400)

    return routes
