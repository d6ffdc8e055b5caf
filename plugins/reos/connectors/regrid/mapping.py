"""From a feature of Regrid's answers to typed facts, by `fields.yml` and `uses.yml`."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from reos.connectors.contract import PropertyFacts
from reos.connectors.errors import SchemaDriftError
from reos.connectors.field_map import FieldMap, Leaves, leaves, read_field_map
from reos.connectors.identity import Named
from reos.connectors.regrid.settings import PROVIDER, SPEC
from reos.connectors.regrid.uses import property_type, uses

FIELDS = Path(__file__).with_name("fields.yml")
_NUMBERS = (
    *("parcelnumb", "parcelnumb_no_formatting", "state_parcelnumb", "account_number", "tax_id"),
    *("alt_parcelnumb1", "alt_parcelnumb2", "alt_parcelnumb3"),
)
_BLANK_BEFORE_OFFSET = re.compile(r"\s+([+-]\d+(?::\d+)?)$")

Feature = Mapping[str, Any]


class RegridMap(FieldMap):
    """The content of `fields.yml`; `withheld` are columns that are not stored."""

    withheld: tuple[str, ...]


@lru_cache(maxsize=1)
def regrid_map() -> RegridMap:
    """Return the shipped map, read on first use."""
    return read_field_map(FIELDS, RegridMap)


def fields_of(feature: Feature) -> Leaves:
    """Return a feature's columns without the empty ones; `SchemaDriftError` when it has none at all."""
    properties = feature.get("properties")
    columns = properties.get("fields") if isinstance(properties, Mapping) else None
    if not isinstance(columns, Mapping) or not columns:
        raise SchemaDriftError(
            "A Regrid feature has no object `properties.fields`.",
            provider=PROVIDER,
            remedy=f"Compare the record in raw.{SPEC.raw_table} with the README of this connector.",
        )
    return leaves(columns, regrid_map())


def news(feature: Feature) -> frozenset[str]:
    """Return what nobody has declared: columns, and a wording of the use of which no phrase is known."""
    found = fields_of(feature)
    undeclared = regrid_map().undeclared(path for path in found if path not in regrid_map().withheld)
    wording = found.get("usedesc")
    if isinstance(wording, str) and not uses().of_wording(wording)[1]:
        return undeclared | {f"usedesc {wording.strip()[:80]}"}
    return undeclared


def stored(feature: Feature) -> Feature:
    """Return what is kept of a feature: no outline, and none of the figures about people."""
    kept = {key: value for key, value in feature.items() if key != "geometry"}
    properties = feature.get("properties")
    columns = properties.get("fields") if isinstance(properties, Mapping) else None
    if not isinstance(properties, Mapping) or not isinstance(columns, Mapping):
        return kept
    open_columns = {name: value for name, value in columns.items() if name.lower() not in regrid_map().withheld}
    return {**kept, "properties": {**properties, "fields": open_columns}}


def parcel_facts(feature: Feature) -> PropertyFacts:
    """Parse one feature; raises `SchemaDriftError` naming the column that does not fit."""
    found = fields_of(feature)
    facts = regrid_map().values(found, sorted(SPEC.fills), PROVIDER)
    try:
        codes = (found.get("lbcs_structure"), found.get("lbcs_activity"))
        facts["property_type"] = property_type(found.get("usedesc"), *codes)
        updated_at(feature)
    except (ValueError, OverflowError, RecursionError) as error:
        raise SchemaDriftError.of_record(f"{PROVIDER}, use or update: {error}.", provider=PROVIDER) from None
    return PropertyFacts(**facts)


def parcel_id(feature: Feature) -> str | None:
    """Return `ll_uuid`, which stays the same over the county's refreshes, unlike `id` and `path`."""
    return _text(fields_of(feature).get("ll_uuid"))


def updated_at(feature: Feature) -> datetime | None:
    """Return when Regrid last changed the row, with its offset: `2024-02-06 13:03:55 -0500` or `…21.285102-04`."""
    written = _text(fields_of(feature).get("ll_updated_at"))
    if written is None:
        return None
    moment = datetime.fromisoformat(_BLANK_BEFORE_OFFSET.sub(r"\1", written))
    if moment.tzinfo is None:
        raise ValueError(f"expected a time with its offset, got {written!r}")
    return moment


def named(feature: Feature) -> Named:
    """Return what a feature says it is about."""
    found = fields_of(feature)
    geoid, line, state = (_text(found.get(name)) for name in ("geoid", "address", "state2"))
    zip_code = _text(found.get("szip5")) or _text(found.get("szip"))
    return Named(
        county_fips=geoid.zfill(5) if geoid else None,
        parcels=tuple(number for name in _NUMBERS if (number := _text(found.get(name)))),
        address_line=line,
        state=state,
        zip5=zip_code[:5] if zip_code else None,
    )


def _text(value: object) -> str | None:
    return str(value).strip() or None if isinstance(value, str | int) else None
