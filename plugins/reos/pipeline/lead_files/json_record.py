"""One JSON object as named cells. Numbers keep the digits that the file writes; nested objects become dotted names.

A GeoJSON feature gives its properties, and `geometry.latitude` and `geometry.longitude` of the geometry's centre.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from reos.pipeline.lead_files.geometry import centre

LATITUDE, LONGITUDE = "geometry.latitude", "geometry.longitude"
_DEPTH = 8


class RecordError(ValueError):
    """Why an object is no row."""


def parse(text: str) -> object:
    """Return the JSON value of `text`; `RecordError` for what is no JSON, or has a name twice in one object."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise RecordError(f"is not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise RecordError("is nested too deeply") from None


def decode_at(text: str, position: int) -> tuple[object, int]:
    """Return the JSON value that begins at `position`, and where it ends; `json.JSONDecodeError` or `RecordError`."""
    return _DECODER.raw_decode(text, position)


def cells_of(value: object) -> dict[str, str]:
    """Return the cells of a row's value by name; `RecordError` when it is no object."""
    if not isinstance(value, dict):
        raise RecordError("is not an object with named values")
    if value.get("type") == "Feature":
        return _feature(value)
    return dict(_flat(value, "", _DEPTH))


def _feature(feature: Mapping[str, Any]) -> dict[str, str]:
    properties, geometry = feature.get("properties") or {}, feature.get("geometry")
    if not isinstance(properties, dict) or not isinstance(geometry, dict | None):
        raise RecordError("is a feature whose properties or geometry are malformed")
    cells = dict(_flat(properties, "", _DEPTH))
    if geometry is None:
        return cells
    try:
        longitude, latitude = centre(geometry)
    except ValueError as error:
        raise RecordError(f"has a geometry that {error}") from None
    return {**cells, LATITUDE: repr(latitude), LONGITUDE: repr(longitude)}


def _flat(value: Mapping[str, Any], prefix: str, depth: int) -> Iterable[tuple[str, str]]:
    for name, each in value.items():
        if isinstance(each, dict) and depth:
            yield from _flat(each, f"{prefix}{name}.", depth - 1)
        else:
            yield f"{prefix}{name}", _cell(each)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RecordError(f"has the name {twice[:80]!r} twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise RecordError(f"has {constant}, which is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_refuse)
