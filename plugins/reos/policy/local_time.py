"""The recipient's time of day as the rules for texts and calls want it: over every zone where they may be."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SUNDAY = 7


class LocalTime(TypedDict):
    """Minutes of the day: the earliest and the latest of all zones; `sunday` if it is Sunday in any of them."""

    earliest: int
    latest: int
    sunday: bool
    unknown_zones: int


def local_time(at: datetime, zones: Iterable[str | None]) -> LocalTime | None:
    """Return the recipient's time at the aware instant `at` over their plausible zones (IANA names).

    None, which every rule refuses, when no zone is known. A zone that is None or no zone at all counts as unknown.
    """
    found = [_in_zone(at, zone) for zone in set(zones)]
    known = [local for local in found if local is not None]
    if not known:
        return None
    minutes = [local.hour * 60 + local.minute for local in known]
    return LocalTime(
        earliest=min(minutes),
        latest=max(minutes),
        sunday=any(local.isoweekday() == _SUNDAY for local in known),
        unknown_zones=len(found) - len(known),
    )


def _in_zone(at: datetime, zone: str | None) -> datetime | None:
    try:
        return at.astimezone(ZoneInfo(zone)) if zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
