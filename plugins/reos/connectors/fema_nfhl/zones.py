"""Flood zones: from the polygons at a point to the one that counts, and from it to facts. Pure.

Several polygons may cover a point (study borders, slivers, floodways over their zone); the worst counts:

| rank | polygon | why |
|---|---|---|
| 0 | a zone that we do not know | an error, and never taken for something better |
| 1 | regulatory floodway | no new encroachment at all, 44 CFR 60.3(d)(3) |
| 2 | V, VE, V1-V30 | coastal high hazard: the 1 % flood with waves, 44 CFR 59.1, 64.3 |
| 3 | AE, A1-A30 | the 1 % flood with its height known, 44 CFR 64.3 |
| 4 | A | the 1 % flood, height unknown |
| 5 | AH, AO | the 1 % flood, one to three feet deep |
| 6 | AR, A99 | the 1 % flood, a levee being restored or built |
| 7 | X with a subtype other than minimal (shaded), B | 0.2 % flood, or behind a levee |
| 8 | D | undetermined but possible: so before a polygon that promises little hazard |
| 9 | X, C | minimal hazard |
| 10 | OPEN WATER, then AREA NOT INCLUDED | says nothing about land |

Whatever has `SFHA_TF` = T comes before what has not: the flag, and not the letter, is FEMA's word on whether a point
lies in the special flood hazard area. Zones: 44 CFR 64.3 and FEMA's FIRM Database Technical Reference.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reos.connectors.contract import PropertyFacts
from reos.connectors.errors import SchemaDriftError
from reos.connectors.fema_nfhl.settings import SPEC
from reos.connectors.values import code, epoch_day, number, text

Attributes = Mapping[str, Any]

_RANKS = {
    **dict.fromkeys(("V", "VE"), 2),
    "AE": 3,
    "A": 4,
    "AH": 5,
    "AO": 5,
    "AR": 6,
    "A99": 6,
    "B": 7,
    "D": 8,
    "X": 9,
    "C": 9,
    "OPEN WATER": 10,
    "AREA NOT INCLUDED": 11,
}
_UNKNOWN, _FLOODWAY, _SHADED = 0, 1, 7
_NUMBERED = re.compile(r"([AV])([1-9]|[12]\d|30)")  # of older maps: A1 to A30, V1 to V30
_NUMBERED_RANKS = {"A": 3, "V": 2}
_MINIMAL = "AREA OF MINIMAL FLOOD HAZARD"
_UNDETERMINED = frozenset({"D", "OPEN WATER", "AREA NOT INCLUDED"})
_NO_NUMBER = frozenset({-9999.0, -8888.0})  # not populated, not applicable
_NO_YEAR = 8888  # 8/8/8888 and 9/9/9999 stand for the same
_FLAG = code({"T": True, "TRUE": True, "F": False, "FALSE": False, "U": None})


@dataclass(frozen=True)
class Zone:
    """One flood hazard polygon. `base_flood_ft` is the height of the 1 % flood, None where the map gives none."""

    zone: str
    subtype: str | None
    hazard: bool | None
    base_flood_ft: float | None
    map_id: str | None

    @property
    def rank(self) -> int:
        """Return how bad it is; 1 is the worst, 0 a zone that we do not know."""
        numbered = _NUMBERED.fullmatch(self.zone)
        rank = _NUMBERED_RANKS[numbered[1]] if numbered else _RANKS.get(self.zone, _UNKNOWN)
        if rank == _UNKNOWN:
            return rank
        if self.hazard and self.subtype and "FLOODWAY" in self.subtype:
            return _FLOODWAY
        return _SHADED if self.zone == "X" and self.subtype not in {None, _MINIMAL} else rank

    @property
    def in_hazard_area(self) -> bool | None:
        """Return whether it is special flood hazard area; None where nobody has determined it."""
        return self.hazard or None if self.zone in _UNDETERMINED else self.hazard


def read_zone(attributes: Attributes) -> Zone:
    """Type one polygon's attributes; `SchemaDriftError` names the column that is gone or does not fit."""
    gone = [name for name in ("FLD_ZONE", "ZONE_SUBTY", "SFHA_TF") if name not in attributes]
    if gone:
        raise SchemaDriftError(
            f"A flood hazard polygon has no {', '.join(gone)} any more.",
            provider=SPEC.provider,
            remedy="Compare the fields of layer 28 with the README of this connector.",
        )
    try:
        zone = (text(attributes["FLD_ZONE"]) or "").upper()
        subtype = text(attributes["ZONE_SUBTY"])
        height = number(attributes.get("STATIC_BFE"))
        return Zone(
            zone=zone,
            subtype=subtype.upper() if subtype else None,
            hazard=_FLAG(attributes["SFHA_TF"]),  # type: ignore[arg-type]
            base_flood_ft=None if height in _NO_NUMBER else height,
            map_id=text(attributes.get("DFIRM_ID")),
        )
    except ValueError as error:
        raise SchemaDriftError.of_record(f"A flood hazard polygon: {error}.", provider=SPEC.provider) from None


def worst_first(polygons: Sequence[Attributes]) -> list[Attributes]:
    """Return the polygons, the one that counts first; what cannot be read comes before what can."""
    return sorted(polygons, key=_severity)


def flood_facts(body: Mapping[str, Any]) -> PropertyFacts:
    """Parse a landed answer; no polygon means unknown, never "no risk". Raises `SchemaDriftError`."""
    zones = sorted(map(read_zone, _objects(body.get("features"))), key=_order)
    if not zones:
        return PropertyFacts()
    worst = zones[0]
    if worst.rank == _UNKNOWN:
        raise SchemaDriftError.of_record(f"There is an unknown flood zone {worst.zone!r}.", provider=SPEC.provider)
    return PropertyFacts(
        flood_zone=worst.zone, in_flood_hazard_area=worst.in_hazard_area, flood_map_date=panel_date(body.get("panel"))
    )


def panel_date(panel: Any) -> date | None:  # noqa: ANN401 - a landed value
    """Return since when a panel is in force; None without a panel, and for the dates that stand for none."""
    if panel is None:
        return None
    if not isinstance(panel, dict) or "EFF_DATE" not in panel:
        raise SchemaDriftError("A FIRM panel has no EFF_DATE any more.", provider=SPEC.provider)
    try:
        found = epoch_day(panel["EFF_DATE"])
    except (ValueError, OverflowError) as error:
        raise SchemaDriftError.of_record(f"A FIRM panel's EFF_DATE: {error}.", provider=SPEC.provider) from None
    return found if found and found.year < _NO_YEAR else None


def newest_panel(panels: Sequence[Attributes]) -> Attributes | None:
    """Return the panel that took effect last, one without a date only where there is no other."""
    return max(panels, key=lambda panel: panel_date(panel) or date.min, default=None)


def _order(zone: Zone) -> tuple[bool, bool, int]:
    return zone.rank != _UNKNOWN, not zone.hazard, zone.rank


def _severity(attributes: Attributes) -> tuple[bool, bool, int]:
    try:
        return _order(read_zone(attributes))
    except SchemaDriftError:
        return False, False, _UNKNOWN


def _objects(found: Any) -> list[Attributes]:  # noqa: ANN401 - a landed value
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SchemaDriftError("A flood hazard answer has no list of polygons.", provider=SPEC.provider)
    return found
