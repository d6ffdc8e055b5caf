"""The point that stands for a GeoJSON geometry (RFC 7946): itself, or the centre of its area. Degrees, WGS 84."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Point = tuple[float, float]
_AREAS = {"Polygon", "MultiPolygon"}
_PRECISION = 7  # decimals of a degree: a centimetre
_CLOSED = 3


def centre(geometry: Mapping[str, Any]) -> Point:
    """Return (longitude, latitude) of the geometry's point: the centroid of the outer rings, or the mean of the points.

    Raises `ValueError` for a geometry that is malformed or empty.
    """
    try:
        kind, coordinates = geometry["type"], geometry["coordinates"]
        if kind in _AREAS:
            polygons = [coordinates] if kind == "Polygon" else coordinates
            found = _centroid([[_point(each) for each in polygon[0]] for polygon in polygons if polygon])
        else:
            found = _mean(list(_points(coordinates)))
    except (KeyError, TypeError, IndexError, RecursionError) as error:
        raise ValueError("is malformed") from error
    return round(found[0], _PRECISION), round(found[1], _PRECISION)


def _point(position: Sequence[Any]) -> Point:
    return float(position[0]), float(position[1])


def _points(coordinates: Sequence[Any]) -> Iterator[Point]:
    if coordinates and isinstance(coordinates[0], list):
        for each in coordinates:
            yield from _points(each)
    elif coordinates:
        yield _point(coordinates)


def _mean(points: Sequence[Point]) -> Point:
    if not points:
        raise ValueError("is empty")
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _centroid(rings: Sequence[Sequence[Point]]) -> Point:
    """Return the centroid by the shoelace formula, relative to the first point so that small lots keep their digits."""
    if not rings or not rings[0]:
        raise ValueError("is empty")
    origin = rings[0][0]
    area = x_sum = y_sum = 0.0
    for ring in rings:
        ring_area, x, y = _moments(ring, origin)
        sign = -1.0 if ring_area < 0 else 1.0
        area, x_sum, y_sum = area + sign * ring_area, x_sum + sign * x, y_sum + sign * y
    if area == 0.0:
        return _mean([point for ring in rings for point in (ring[:-1] if len(ring) > _CLOSED else ring)])
    return origin[0] + x_sum / (3 * area), origin[1] + y_sum / (3 * area)


def _moments(ring: Sequence[Point], origin: Point) -> tuple[float, float, float]:
    doubled = x_sum = y_sum = 0.0
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        ax, ay, bx, by = x0 - origin[0], y0 - origin[1], x1 - origin[0], y1 - origin[1]
        cross = ax * by - bx * ay
        doubled += cross
        x_sum += (ax + bx) * cross
        y_sum += (ay + by) * cross
    return doubled, x_sum, y_sum
