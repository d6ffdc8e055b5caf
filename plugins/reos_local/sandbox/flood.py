"""Where the invented country floods: streams through squares of the map, and squares that nobody has mapped.

A pure function of (seed, point), so that whoever tells of flood zones tells the same. About 6 % of the area is special
flood hazard area, and about 4 % has no digital map.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any

from reos_local.sandbox.draws import Draws

MINIMAL, SHADED = "AREA OF MINIMAL FLOOD HAZARD", "0.2 PCT ANNUAL CHANCE FLOOD HAZARD"
_NO_HEIGHT = -9999.0
_SQUARE, _PANEL = 0.02, 0.05  # degrees
_FIRST_MAP = datetime(2007, 1, 1, tzinfo=UTC)
_FLOODWAY, _STREAM, _RIM = 0.03, 0.1, 0.16  # half widths, in squares


@dataclass(frozen=True)
class County:
    """The corner of the country that a county's maps cover, in degrees."""

    map_id: str
    west: float
    south: float
    east: float
    north: float

    def covers(self, longitude: float, latitude: float) -> bool:
        """Whether the point lies in it."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


COUNTIES = (
    County("53033C", -122.6, 47.0, -121.0, 47.9),
    County("17031C", -88.3, 41.4, -87.4, 42.2),
    County("27163C", -93.1, 44.7, -92.7, 45.3),
    County("26081C", -85.8, 42.7, -85.3, 43.3),
)


def panel(seed: int, longitude: float, latitude: float) -> dict[str, Any] | None:
    """Return the map panel at a point; None where there is no digital map."""
    county = next((each for each in COUNTIES if each.covers(longitude, latitude)), None)
    column, row = floor(longitude / _PANEL), floor(latitude / _PANEL)
    draws = Draws(seed, f"firm.{column}.{row}")
    if county is None or draws.chance("unmapped", 0.04):
        return None
    since = _FIRST_MAP + timedelta(days=draws.whole("effective", 0, 6_000))
    return {
        "OBJECTID": 800_000 + (row % 100) * 100 + column % 100,
        "DFIRM_ID": county.map_id,
        "FIRM_PAN": f"{county.map_id}{(row % 100) * 100 + column % 100:04d}{draws.pick('suffix', 'EFGH')}",
        "PANEL_TYP": "Countywide, Panel Printed",
        "EFF_DATE": int(since.timestamp() * 1000),
        "SCALE": "6000",
    }


def polygons(seed: int, longitude: float, latitude: float) -> list[dict[str, Any]]:
    """Return the flood hazard polygons at a point: none off the maps, two where studies overlap."""
    sheet = panel(seed, longitude, latitude)
    if sheet is None:
        return []
    column, row = floor(longitude / _SQUARE), floor(latitude / _SQUARE)
    draws = Draws(seed, f"flood.{column}.{row}")
    along = longitude / _SQUARE - column if draws.chance("north_south", 0.5) else latitude / _SQUARE - row
    found = [_zone(draws, abs(along - 0.2 - 0.6 * draws.unit("course")))]
    if draws.chance("overlap", 0.05):
        found.insert(0, ("X", MINIMAL, "F", None))
    number = 26_000_000 + (row % 10_000) * 1_000 + column % 1_000
    return [_attributes(number + place, str(sheet["DFIRM_ID"]), *zone) for place, zone in enumerate(found)]


def zone_at(seed: int, latitude: float, longitude: float) -> str | None:
    """Return the zone that counts at a point, without its subtype; None where nobody has mapped."""
    found = polygons(seed, longitude, latitude)
    return str(found[-1]["FLD_ZONE"]) if found else None


def _zone(draws: Draws, distance: float) -> tuple[str, str | None, str, float | None]:
    """Return zone, subtype, hazard flag and height of the base flood, `distance` squares from the stream's middle."""
    if draws.chance("unstudied", 0.01):
        return "D", None, "F", None
    if not draws.chance("stream", 0.35):
        return "X", MINIMAL, "F", None
    studied = draws.chance("studied", 0.7)
    height = round(20 + 400 * draws.unit("height"), 1) if studied and draws.chance("static", 0.3) else None
    if distance <= _FLOODWAY and studied:
        return "AE", "FLOODWAY", "T", height
    if distance <= _STREAM:
        return ("AE" if studied else "A"), None, "T", height
    return ("X", SHADED, "F", None) if distance <= _RIM else ("X", MINIMAL, "F", None)


def _attributes(
    number: int, map_id: str, zone: str, subtype: str | None, flag: str, height: float | None
) -> dict[str, Any]:
    return {
        "OBJECTID": number,
        "DFIRM_ID": map_id,
        "FLD_AR_ID": f"{map_id}_{number % 100_000}",
        "STUDY_TYP": "NP",
        "FLD_ZONE": zone,
        "ZONE_SUBTY": subtype,
        "SFHA_TF": flag,
        "STATIC_BFE": _NO_HEIGHT if height is None else height,
        "DEPTH": _NO_HEIGHT,
        "SOURCE_CIT": f"{map_id}_STUDY1",
    }
