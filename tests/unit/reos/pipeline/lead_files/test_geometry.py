from typing import Any

import pytest

from reos.pipeline.lead_files.geometry import centre

SQUARE = [[[-122.0, 47.0], [-121.0, 47.0], [-121.0, 48.0], [-122.0, 48.0], [-122.0, 47.0]]]
FLAG = [[[0.0, 0.0], [4.0, 0.0], [4.0, 1.0], [1.0, 1.0], [1.0, 3.0], [0.0, 3.0], [0.0, 0.0]]]  # an L of area 6


@pytest.mark.parametrize(
    ("kind", "coordinates", "point"),
    [
        ("Point", [-122.257, 47.5112], (-122.257, 47.5112)),
        ("Point", [-122.257, 47.5112, 12.0], (-122.257, 47.5112)),
        ("Polygon", SQUARE, (-121.5, 47.5)),
        ("Polygon", [list(reversed(SQUARE[0]))], (-121.5, 47.5)),
        ("Polygon", FLAG, (1.5, 1.0)),
        ("MultiPolygon", [SQUARE, [[[x + 2, y] for x, y in SQUARE[0]]]], (-120.5, 47.5)),
        ("Polygon", [[[-122.0, 47.0], [-121.0, 47.0], [-122.0, 47.0]]], (-121.6666667, 47.0)),
        ("MultiPoint", [[0.0, 0.0], [2.0, 4.0]], (1.0, 2.0)),
        ("LineString", [[0.0, 0.0], [2.0, 4.0]], (1.0, 2.0)),
    ],
)
def test_a_geometry_has_a_centre(kind: str, coordinates: list[Any], point: tuple[float, float]):
    assert centre({"type": kind, "coordinates": coordinates}) == pytest.approx(point)


def test_a_lot_of_ten_metres_keeps_its_digits():
    lot = [[-122.264853, 37.865718], [-122.264753, 37.865718], [-122.264753, 37.865818], [-122.264853, 37.865818]]
    assert centre({"type": "Polygon", "coordinates": [[*lot, lot[0]]]}) == pytest.approx((-122.264803, 37.865768))


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Point"},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": ["a", "b"]},
        {"type": "Point", "coordinates": 5},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [[5]]},
        {"type": "GeometryCollection", "geometries": []},
    ],
)
def test_a_malformed_geometry_is_told(geometry: dict[str, Any]):
    with pytest.raises(ValueError, match=r"is malformed|is empty|could not convert"):
        centre(geometry)
