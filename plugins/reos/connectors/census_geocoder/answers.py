"""Reads the geocoder's two forms of answer: JSON for one address, CSV lines in any order for a file of them.

Coordinates come as longitude before latitude. They are interpolated along a street's range of house numbers: a point
on the road, not on the roof. An answer that names two places far apart is a tie, and a tie is no answer.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reos.connectors.census_geocoder.geographies import Geographies, areas_of, read_geographies
from reos.connectors.census_geocoder.settings import SPEC
from reos.connectors.distance import metres_between
from reos.connectors.errors import ProviderUnavailableError, SchemaDriftError
from reos.connectors.values import latitude, longitude

MATCH, NO_MATCH, TIE = "Match", "No_Match", "Tie"
_COLUMNS = ("input", "match", "match_type", "matched_address", "coordinates", "tiger_line_id", "side")
_AREA_COLUMNS = ("state_fips", "county_fips", "tract", "block")  # of a file that was asked with geographies
_SAME_PLACE_M = 150.0
_ZIP_DIGITS = 5

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Location:
    """A matched address and its point in degrees; `zip5` and `state` are those of the match, not of the question.

    `geographies` are the areas that it lies in, None when the answer was not asked for them.
    """

    latitude: float
    longitude: float
    matched_address: str
    exact: bool
    zip5: str | None = None
    state: str | None = None
    geographies: Geographies | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body says: the location, or none with the `reason` `no_match` or `tie`."""

    location: Location | None
    reason: str | None = None


def parse_batch(content: bytes, ids: Sequence[str]) -> dict[str, Body]:
    """Return the lines of a batch answer by the ids that were sent; a line that never came is left out.

    Raises `ProviderUnavailableError` for a page instead of lines and for an answer that ends inside a line, and
    `SchemaDriftError` for an id that was not sent.
    """
    text = content.decode("utf-8", errors="replace")
    if text.lstrip()[:1] in {"<", "{"}:
        raise _unavailable("sends a page instead of lines")
    known, found = frozenset(ids), {}
    try:
        for cells in csv.reader(io.StringIO(text), strict=True):
            if cells:
                identifier, body = _line(cells)
                found[identifier] = body
    except csv.Error:
        raise _unavailable("ends inside a line") from None
    strange = sorted(found.keys() - known)
    if strange:
        raise _drift(f"answers about {strange[0][:40]!r}, which was not asked")
    return found


def parse_one(document: object) -> Body:
    """Return the body of a one-line answer; raises for an answer that is not of the documented form."""
    result = document.get("result") if isinstance(document, dict) else None
    matches = result.get("addressMatches") if isinstance(result, dict) else None
    if not isinstance(matches, list) or not all(isinstance(match, dict) for match in matches):
        raise _drift("has no list `addressMatches`")
    if any("status" in match for match in matches):  # an inner error, sent with HTTP 200
        raise _unavailable(str(next(match["status"] for match in matches if "status" in match))[:120])
    return {"addressMatches": matches}


def read(body: Body, zip5: str | None = None) -> Reading:
    """Return what a body of either form says; `zip5` decides between two matches of which one lies in it.

    Raises `SchemaDriftError` (of the record) for a word or coordinates that we do not know.
    """
    locations = _of_line(body) if "match" in body else [_of_match(match) for match in body["addressMatches"]]
    if locations is None:
        return Reading(None, "tie")
    chosen = [each for each in locations if each.zip5 == zip5] or locations
    if not chosen:
        return Reading(None, "no_match")
    first, *others = ((each.latitude, each.longitude) for each in chosen)
    apart = max((metres_between(first, other) for other in others), default=0.0)
    return Reading(chosen[0]) if apart <= _SAME_PLACE_M else Reading(None, "tie")


def _line(cells: Sequence[str]) -> tuple[str, Body]:
    if len(cells) < 3 or (cells[2] == MATCH and len(cells) < 1 + len(_COLUMNS)):  # noqa: PLR2004 - id, input, match
        raise _unavailable("ends inside a line")
    return cells[0], dict(zip((*_COLUMNS, *_AREA_COLUMNS), cells[1:], strict=False))


def _of_line(body: Body) -> list[Location] | None:
    word = body["match"]
    if word == TIE:
        return None
    if word == NO_MATCH:
        return []
    if word != MATCH or body["match_type"] not in {"Exact", "Non_Exact"}:
        raise _drift(f"says {word!r} {body.get('match_type')!r}", of_record=True)
    x, _, y = body["coordinates"].partition(",")
    matched = str(body["matched_address"])
    *_, state, zip5 = ["", "", *(part.strip() for part in matched.split(","))]
    whole = len(zip5) == _ZIP_DIGITS and zip5.isdecimal()
    exact, areas = body["match_type"] == "Exact", [str(body.get(name) or "") for name in _AREA_COLUMNS]
    found = _location(x, y, matched, exact, zip5 if whole else None, state if whole else None)
    return [replace(found, geographies=areas_of("".join(areas))) if any(areas) else found]


def _of_match(match: Body) -> Location:
    point, parts = match.get("coordinates") or {}, match.get("addressComponents") or {}
    zip5, state = parts.get("zip") or None, parts.get("state") or None
    found = _location(point.get("x"), point.get("y"), str(match.get("matchedAddress") or ""), True, zip5, state)
    layers = match.get("geographies")
    return replace(found, geographies=read_geographies(layers)) if isinstance(layers, Mapping) else found


def _location(x: object, y: object, matched: str, exact: bool, zip5: str | None, state: str | None) -> Location:  # noqa: FBT001
    try:
        lon, lat = longitude(x), latitude(y)
    except ValueError as error:
        raise _drift(f"has coordinates that are none: {error}", of_record=True) from None
    if lon is None or lat is None:
        raise _drift("has a match without coordinates", of_record=True)
    return Location(lat, lon, matched, exact, zip5, state)


def _unavailable(what: str) -> ProviderUnavailableError:
    return ProviderUnavailableError(f"The Census geocoder {what}.", provider=SPEC.provider, http_status=200)


def _drift(what: str, *, of_record: bool = False) -> SchemaDriftError:
    detail = f"The Census geocoder's answer {what}."
    if of_record:
        return SchemaDriftError.of_record(detail, provider=SPEC.provider)
    remedy = "Compare an answer with the README of this connector."
    return SchemaDriftError(detail, provider=SPEC.provider, http_status=200, remedy=remedy)
