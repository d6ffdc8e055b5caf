"""From a county's row to typed facts, by the county's field map."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from reos.connectors.contract import PropertyFacts
from reos.connectors.county_assessor.field_map import County
from reos.connectors.county_assessor.readers import Cells
from reos.connectors.county_assessor.settings import SPEC
from reos.connectors.errors import SchemaDriftError


def parcel_number(county: County, written: object) -> str | None:
    """Return a parcel number as the county writes it, or None when it cannot be one of this county's.

    Punctuation is dropped and lost leading zeros are restored; letters or too many digits are refused. Numbers may come
    with decimals, as in `1000010100.00000000`.
    """
    raw = str(int(written)) if isinstance(written, float) and written.is_integer() else str(written)
    whole, _, decimals = raw.partition(".")
    kept = _digits(county, raw)
    return _digits(county, whole) if kept is None and decimals.strip("0") == "" else kept


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


def parcel_facts(county: County, row: Mapping[str, Any]) -> PropertyFacts:
    """Parse one row; raises `SchemaDriftError` naming the column and the value that does not fit.

    An ArcGIS feature has all columns; of a Socrata row, those that are null are absent.
    """
    if county.driver == "arcgis" and not row.keys() >= county.mapped_columns:
        check_columns(county, row)
    found = {fact: _read(county, columns, cells, row) for fact, columns, cells in county.readers}
    land, improvements = found.get("assessed_land"), found.get("assessed_improvements")
    if "assessed_value" not in county.fields and (land or improvements):
        found["assessed_value"] = cast("int", land or 0) + cast("int", improvements or 0)
    return PropertyFacts(**cast("dict[str, Any]", found))


def _digits(county: County, raw: str) -> str | None:
    kept = "".join(character for character in raw if character.isalnum())
    if not kept.isascii() or not kept.isdigit() or len(kept) > county.apn.digits:
        return None
    return kept.zfill(county.apn.digits)


def _read(county: County, columns: Sequence[str], cells: Cells, row: Mapping[str, Any]) -> object:
    try:
        return cells([row.get(column) for column in columns])
    except (ValueError, OverflowError) as error:
        detail = f"{county.name}, column {', '.join(columns)}: {error}."
        raise SchemaDriftError.of_record(detail, provider=SPEC.provider) from None
