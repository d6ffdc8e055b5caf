"""The Census Bureau's data API for the five-year survey: a table of texts, and its own way to say what is wrong.

A key is needed: without one, or with a wrong one, the answer is a redirect to a page. A wrong variable is a line of
text with HTTP 400, areas without rows are HTTP 204, and a year that is not out yet is not there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from reos_local.sandbox.acs_view import Area, cell, counties, is_known, tracts, zctas
from reos_local.sandbox.wire import json_response

PREFIX = "/acs/data"
KEY = "sandbox-key"  # opens nothing but this sandbox
_MOST, _FIRST_YEAR = 50, 2009
_AREAS: Mapping[str, tuple[Callable[[], Iterator[Area]], frozenset[str]]] = {
    "zip code tabulation area": (zctas, frozenset()),
    "county": (counties, frozenset()),
    "tract": (tracts, frozenset({"state"})),
}


class RefusedError(Exception):
    """What the API says with HTTP 400, as a line of text."""


@dataclass
class Years:
    """The latest year that is out."""

    latest: int = 2024


def _areas(asked: str, within: Mapping[str, str]) -> list[Area]:
    """Return the areas of `for` and `in`; `*` stands for all of them."""
    kind, _, code = asked.partition(":")
    if kind == "us":
        whole = next(counties())
        return [Area("United States", {"us": "1"}, whole.households * 150, whole.like)]
    if kind not in _AREAS or not _AREAS[kind][1] <= within.keys():
        raise RefusedError("unknown/unsupported geography hierarchy")
    wanted = {**within, kind: code}
    return [
        area
        for area in _AREAS[kind][0]()
        if all(value in {"*", ""} or area.codes.get(name) in value.split(",") for name, value in wanted.items())
    ]


def table(seed: int, year: int, params: Mapping[str, str], within: Mapping[str, str]) -> list[list[str | None]]:
    """Answer one query; raises `RefusedError` for what the API refuses."""
    names = [name for name in params.get("get", "").split(",") if name]
    if not names:
        raise RefusedError("missing 'get' argument")
    if len(names) > _MOST:
        raise RefusedError(f"query exceeds limit of {_MOST} variables")
    unknown = next((name for name in names if name != "NAME" and not is_known(name)), None)
    if unknown:
        raise RefusedError(f"error: unknown variable '{unknown}'")
    found = _areas(params.get("for", ""), within)
    if not found:
        return []
    header: list[str | None] = [*names, *found[0].codes]
    rows: list[list[str | None]] = [
        [*(area.name if name == "NAME" else cell(seed, area, name, year) for name in names), *area.codes.values()]
        for area in found
    ]
    return [header, *rows]


def _within(values: list[str]) -> dict[str, str]:
    """Return the areas of all `in`: several of them, or one with blanks between."""
    pairs = (pair.partition(":") for value in values for pair in value.split())
    return {name: code for name, _, code in pairs}


def router(seed: int) -> APIRouter:
    """Return the API's route, and the sandbox's own for a new year."""
    routes, years = APIRouter(), Years()

    @routes.get(f"{PREFIX}/{{year}}/acs/acs5")
    def ask(year: int, request: Request) -> Response:
        params = request.query_params
        if params.get("key", "") != KEY:
            page = "invalid_key.html" if params.get("key") else "missing_key.html"
            return Response(status_code=302, headers={"location": f"{PREFIX}/{page}"})
        if not _FIRST_YEAR <= year <= years.latest:
            missing = "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"
            return Response(missing, 404, media_type="text/html")
        try:
            rows = table(seed, year, params, _within(params.getlist("in")))
        except RefusedError as refused:
            return Response(f"error: {refused}", 400, media_type="text/plain")
        return json_response(rows) if rows else Response(status_code=204)

    @routes.put("/_acs/latest/{year}")
    def publish(year: int) -> Response:
        years.latest = year
        return json_response({"latest": year})

    return routes
