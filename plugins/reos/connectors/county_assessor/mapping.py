"""From an ArcGIS feature's attributes to typed facts, by the county's field map."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from reos.connectors.contract import PropertyFacts
from reos.connectors.county_assessor.settings import SPEC, County
from reos.connectors.errors import SchemaDriftError
from reos.connectors.values import Reader


def parcel_number(county: County, written: object) -> str | None:
    """Return a parcel number as the county writes it, or None when it cannot be one of this county's.

    Punctuation is dropped and lost leading zeros are restored; letters or too many digits are refused.
    """
    raw = str(int(written)) if isinstance(written, float) and written.is_integer() else str(written)
    kept = "".join(character for character in raw if character.isalnum())
    if not kept.isascii() or not kept.isdigit() or len(kept) > county.apn.digits:
        return None
    return kept.zfill(county.apn.digits)


def check_columns(county: County, names: Iterable[str]) -> frozenset[str]:
    """Return the columns that the map neither reads nor ignores.

    Raises `SchemaDriftError` naming the mapped columns that are missing.
    """
    present = frozenset(names)
    missing = sorted(county.mapped_columns - present)
    if missing:
        raise SchemaDriftError(
            f"The parcel layer of {county.name} has no column {', '.join(missing)} any more.",
            provider=SPEC.provider,
            remedy=f"Compare the layer's fields with counties/{county.fips}.yml and correct the map.",
        )
    return present - county.mapped_columns - county.ignored


def parcel_facts(county: County, attributes: Mapping[str, Any]) -> PropertyFacts:
    """Parse one feature's attributes; raises `SchemaDriftError` naming the column and the value that does not fit."""
    if not attributes.keys() >= county.mapped_columns:
        check_columns(county, attributes)
    found = {fact: _read(county, column, reader, attributes[column]) for fact, column, reader in county.readers}
    land, improvements = found.get("assessed_land"), found.get("assessed_improvements")
    if "assessed_value" not in county.fields and (land or improvements):
        found["assessed_value"] = cast("int", land or 0) + cast("int", improvements or 0)
    return PropertyFacts(**cast("dict[str, Any]", found))


def _read(county: County, column: str, reader: Reader, value: object) -> object:
    try:
        return reader(value)
    except (ValueError, OverflowError) as error:
        detail = f"{county.name}, column {column}: {error}."
        raise SchemaDriftError.of_record(detail, provider=SPEC.provider) from None
