"""From an entry of `bundle` to typed facts and to what it says it is about, by `fields.yml`."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from reos.connectors.contract import LookupRequest, PropertyFacts
from reos.connectors.errors import SchemaDriftError
from reos.connectors.field_map import FieldMap, Leaves, leaves, read_field_map
from reos.connectors.identity import Named
from reos.connectors.values import latitude, longitude, number, text, zip5
from reos.connectors.zillow_bridge.settings import SPEC

FIELDS = Path(__file__).with_name("fields.yml")
_UNIT = re.compile(r"(?:#|\b(?:APT|UNIT|STE|SUITE|NO|LOT)\b\.?\s*#?)\s*([\w-]+)\s*$", re.IGNORECASE)
_ZIP_AT_END = re.compile(r"\b(\d{5})(?:-\d{4})?$")
_WHOLE = 100

Entry = Mapping[str, Any]


@lru_cache(maxsize=1)
def bridge_map() -> FieldMap:
    """Return the shipped map, read on first use."""
    return read_field_map(FIELDS, FieldMap)


def news(entry: Entry) -> frozenset[str]:
    """Return the fields that nobody has declared."""
    return bridge_map().undeclared(leaves(entry, bridge_map()))


def estimate_facts(entry: Entry) -> PropertyFacts:
    """Parse one entry: the estimate in dollars with its range, and the rent in dollars a month; 0 is unknown.

    Raises `SchemaDriftError`: of the record for a value that does not fit, of the source when there is no `zpid`.
    """
    found = leaves(entry, bridge_map())
    if "zpid" not in found:
        raise SchemaDriftError(
            "An estimate of Zillow has no `zpid`.",
            provider=SPEC.provider,
            remedy=f"Compare the record in raw.{SPEC.raw_table} with the README of this connector.",
        )
    facts = bridge_map().values(found, ("estimated_value", "estimated_rent"), SPEC.provider)
    return PropertyFacts(**facts, **_interval(facts["estimated_value"], found))


def named(entry: Entry) -> Named:
    """Return which home an entry is about; `SchemaDriftError` when that cannot be read."""
    found = leaves(entry, bridge_map())
    line = _read(text, found, "address")
    at_end = _ZIP_AT_END.search(line or "")
    zip_code = _read(zip5, found, "postalcode") or (at_end[1] if at_end else None)
    return Named(address_line=line, state=_read(text, found, "state"), zip5=zip_code)


def of_unit(request: LookupRequest, entry: Entry) -> bool:
    """Tell whether an entry is about the unit that was asked for: an apartment's estimate is not its building's."""
    asked = _UNIT.search(request.address_line or "")
    unit = str(leaves(entry, bridge_map()).get("unitnumber") or "").strip().lstrip("#").upper()
    return unit == (asked[1].upper() if asked else "")


def point(entry: Entry) -> tuple[float, float] | None:
    """Return (latitude, longitude) in degrees, None where an entry has none."""
    found = dict(leaves(entry, bridge_map()))
    pair = found.get("coordinates")
    if isinstance(pair, list) and len(pair) == 2:  # noqa: PLR2004 - longitude, latitude
        found.setdefault("longitude", pair[0])
        found.setdefault("latitude", pair[1])
    north, east = _read(latitude, found, "latitude"), _read(longitude, found, "longitude")
    return None if north is None or east is None else (north, east)


def age_order(entry: Entry) -> str:
    """Return what sorts entries by the day of their estimate."""
    return str(leaves(entry, bridge_map()).get("timestamp") or "")


def _interval(value: int | None, found: Leaves) -> dict[str, Any]:
    """Return the estimate's range. The percentages are sizes, whatever their sign, and not above the whole."""
    low, high = (_read(number, found, name) for name in ("lowpercent", "highpercent"))
    if low is not None and abs(low) > _WHOLE:
        raise SchemaDriftError.of_record(f"{SPEC.provider}, lowpercent: {low:g} is no share.", provider=SPEC.provider)
    return {
        "estimated_value_low": None if not value or low is None else round(value * (1 - abs(low) / _WHOLE)),
        "estimated_value_high": None if not value or high is None else round(value * (1 + abs(high) / _WHOLE)),
    }


def _read(reader: Any, found: Leaves, path: str) -> Any:  # noqa: ANN401 - what the reader returns
    try:
        return reader(found.get(path))
    except ValueError as error:
        raise SchemaDriftError.of_record(f"{SPEC.provider}, {path}: {error}.", provider=SPEC.provider) from None
