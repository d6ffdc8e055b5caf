"""Reads single cells of a source's rows: text, ZIP codes and coordinates, whatever type the provider gives them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Row = Mapping[str, Any]

_SOUTH, _NORTH = 13.0, 72.0  # Guam to Point Barrow
_WEST, _EAST, _FAR_WEST = -180.0, -64.0, 144.0  # the Aleutians and Guam lie beyond the date line
_ZIP_DIGITS = 5


class Place(NamedTuple):
    """Degrees north and east, both or none; `problem` says why there are none although the row has some."""

    latitude: float | None = None
    longitude: float | None = None
    problem: str | None = None


def text(row: Row, names: Sequence[str]) -> str:
    """Return the texts of the named cells, joined by blanks, runs of blanks made one; empty for nulls."""
    if len(names) == 1:
        return " ".join(_written(row.get(names[0])).split())
    return " ".join(word for name in names for word in _written(row.get(name)).split())


def zip_code(row: Row, names: Sequence[str]) -> str:
    """Return a ZIP code as text; one that arrives as a number has lost its leading zeros and gets them back."""
    written = text(row, names)
    as_number = any(isinstance(row.get(name), int | float) for name in names)
    return written.zfill(_ZIP_DIGITS) if as_number and written.isdigit() and int(written) else written


def place(latitude: object, longitude: object) -> Place:
    """Return where a row says that it is, to seven decimals (a centimetre); nulls, blanks and zeros are nowhere."""
    try:
        north, east = _degrees(latitude), _degrees(longitude)
    except ValueError:
        return Place(problem="coordinates: not numbers")
    if not north and not east:
        return Place()
    if _in_the_states(north, east):
        return Place(round(north, 7), round(east, 7))
    swapped = _in_the_states(east, north)
    return Place(problem=f"coordinates: {'latitude and longitude are swapped' if swapped else 'outside the country'}")


def centre(geometry: object) -> tuple[object, object]:
    """Return (latitude, longitude) of an ArcGIS geometry in WGS84: a point, or the centroid of the outer ring."""
    if not isinstance(geometry, Mapping):
        return None, None
    if "rings" not in geometry:
        return geometry.get("y"), geometry.get("x")
    rings = geometry["rings"]
    return _centroid(rings[0]) if rings and rings[0] else (None, None)


def _centroid(ring: list[list[float]]) -> tuple[float, float]:
    """Return the centroid by area (shoelace formula), from the first corner so that no digits are lost."""
    left, low = ring[0][0], ring[0][1]
    corners = [(corner[0] - left, corner[1] - low) for corner in ring]
    area = east = north = 0.0
    for (x, y), (next_x, next_y) in zip(corners, corners[1:] + corners[:1], strict=True):
        cross = x * next_y - next_x * y
        area += cross
        east += (x + next_x) * cross
        north += (y + next_y) * cross
    if not area:
        return low, left
    return low + north / (3 * area), left + east / (3 * area)


def _written(value: object) -> str:
    if type(value) is str:  # nearly always, and millions of times
        return value
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _degrees(value: object) -> float:
    if type(value) is float:
        return value
    written = _written(value).strip()
    return float(written) if written else 0.0


def _in_the_states(north: float, east: float) -> bool:
    return _SOUTH <= north <= _NORTH and (_WEST <= east <= _EAST or _FAR_WEST <= east <= -_WEST)
