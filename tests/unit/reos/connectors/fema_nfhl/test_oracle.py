"""Points against polygons: the connector gives the zone that the map has there, and no zone where it has none.

The repository's own map always; FEMA's map of Bridgeport, OH with its published points where that file is at hand.
"""

import csv
import json
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[6] / "shared/data"
BANDS = 2_000  # the edges of a ring are found by their latitude


def ring(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


OWN_MAP = [  # a river with its floodway, the shaded rim, the rest with a hole that no map covers
    (("AE", "FLOODWAY", "T"), [[ring(4, 0, 5, 10)]]),
    (("AE", None, "T"), [[ring(3, 0, 6, 10)]]),
    (("X", "0.2 PCT ANNUAL CHANCE FLOOD HAZARD", "F"), [[ring(2, 0, 7, 10)]]),
    (("X", "AREA OF MINIMAL FLOOD HAZARD", "F"), [[ring(0, 0, 2, 10)], [ring(7, 0, 10, 10), ring(8, 4, 9, 6)]]),
]
OWN_POINTS = [
    (4.5, 5.0, ("AE", "FLOODWAY", "T")),
    (3.5, 5.0, ("AE", "", "T")),
    (2.5, 9.0, ("X", "0.2 PCT ANNUAL CHANCE FLOOD HAZARD", "F")),
    (1.0, 1.0, ("X", "AREA OF MINIMAL FLOOD HAZARD", "F")),
    (8.5, 5.0, ("", "", "")),
    (11.0, 5.0, ("", "", "")),
]


def bridgeport():
    features = json.loads((DATA / "nfhl_bridgeport_oh.geojson").read_text())["features"]
    shapes = [(tuple(each["properties"].values()), each["geometry"]["coordinates"]) for each in features]
    with (DATA / "flood_point_oracle.csv").open() as file:
        rows = list(csv.DictReader(file))
    points = [
        (float(row["lon"]), float(row["lat"]), (row["FLD_ZONE"], row["ZONE_SUBTY"], row["SFHA_TF"])) for row in rows
    ]
    return shapes, points


class Shape:
    """Polygons with holes, by the even-odd rule."""

    def __init__(self, parts):
        self.edges = defaultdict(list)
        for line in (line for part in parts for line in part):
            for (x1, y1), (x2, y2) in pairwise(line):
                for band in range(int(min(y1, y2) * BANDS), int(max(y1, y2) * BANDS) + 1):
                    self.edges[band].append((x1, y1, x2, y2))

    def covers(self, x, y):
        crossed = 0
        for x1, y1, x2, y2 in self.edges[int(y * BANDS)]:
            if (y1 > y) != (y2 > y):
                crossed += x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        return crossed % 2 == 1


@pytest.mark.parametrize("use", [lambda: (OWN_MAP, OWN_POINTS), *([bridgeport] if DATA.is_dir() else [])])
def test_each_point_has_the_zone_of_its_polygon_and_none_has_no_zone(ask, fema, polygon, use):
    polygons, points = use()
    shapes = [(polygon(*attributes), Shape(parts)) for attributes, parts in polygons]

    def at(request):
        x, y = map(float, request.url.params["geometry"].split(","))
        return [attributes for attributes, shape in shapes if shape.covers(x, y)]

    fema.zones = at
    wrong = []
    for longitude, latitude, expected in points:
        (record,) = ask(replace(fema.home, longitude=longitude, latitude=latitude)).records
        worst = (record.body["features"] or [{}])[0]
        got = tuple(worst.get(name) or "" for name in ("FLD_ZONE", "ZONE_SUBTY", "SFHA_TF"))
        flag = {"T": True, "F": False, "": None}[expected[2]]
        if (got, record.facts.flood_zone, record.facts.in_flood_hazard_area) != (expected, expected[0] or None, flag):
            wrong.append((longitude, latitude, got, expected))
    assert wrong == []
