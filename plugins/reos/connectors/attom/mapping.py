"""From a `property` object of any of ATTOM's datasets to typed facts, by `fields.yml`."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from reos.connectors.attom.history import with_last_sale
from reos.connectors.attom.settings import PROVIDER, Dataset
from reos.connectors.contract import PropertyFacts
from reos.connectors.errors import SchemaDriftError
from reos.connectors.field_map import FieldMap, Leaves, leaves, read_field_map
from reos.connectors.identity import Named

FIELDS = Path(__file__).with_name("fields.yml")


class AttomMap(FieldMap):
    """The content of `fields.yml`; `not_sales` are words of transfer types that are no sale."""

    not_sales: tuple[str, ...]


@lru_cache(maxsize=1)
def attom_map() -> AttomMap:
    """Return the shipped map, read on first use."""
    return read_field_map(FIELDS, AttomMap)


def property_leaves(body: Mapping[str, Any]) -> Leaves:
    """Return the leaves of a `property` object, with its last sale under `sale` and each section in its own place."""
    return leaves(with_last_sale(body, attom_map().not_sales), attom_map())


def undeclared(body: Mapping[str, Any]) -> frozenset[str]:
    """Return the paths that `fields.yml` neither reads nor ignores."""
    return attom_map().undeclared(property_leaves(body))


def property_facts(dataset: Dataset, body: Mapping[str, Any]) -> PropertyFacts:
    """Parse one `property` object; raises `SchemaDriftError` naming the section, path or code that does not fit.

    Sections may be absent. One that is not known while one that we read is missing stops the source: what we read has
    probably moved there.
    """
    _check_sections(dataset, body)
    facts = attom_map().values(property_leaves(body), sorted(dataset.spec.fills), PROVIDER)
    if facts.get("last_sale_price") is None:
        facts.pop("last_sale_estimated", None)
    return PropertyFacts(**facts)


def named(body: Mapping[str, Any]) -> Named:
    """Return what a `property` object says it is about."""
    found = property_leaves(body)
    line, state, zip5 = (_text(found.get(f"address.{part}")) for part in ("line1", "countrysubd", "postal1"))
    fips, number = _text(found.get("identifier.fips")), _text(found.get("identifier.apn"))
    return Named(
        county_fips=fips.zfill(5) if fips else None,
        parcels=(number,) if number else (),
        address_line=line,
        state=state,
        zip5=zip5[:5] if zip5 else None,
    )


def _check_sections(dataset: Dataset, body: Mapping[str, Any]) -> None:
    known = attom_map()
    present = {known.canonical(key.lower()).partition(".")[0] for key in body}
    strange = sorted(key for key in body if key.lower() not in known.sections)
    missing = sorted(_needed(dataset) - present)
    if strange and missing:
        raise SchemaDriftError(
            f"An ATTOM record ({dataset.spec.dataset}) has a new section {', '.join(strange)} and no {missing[0]}.",
            provider=PROVIDER,
            remedy=f"Compare the record in raw.{dataset.spec.raw_table} with attom/fields.yml.",
        )


@lru_cache(maxsize=16)
def _needed(dataset: Dataset) -> frozenset[str]:
    """Return the sections that the facts of `dataset` are read from."""
    facts = attom_map().facts
    return frozenset(path.partition(".")[0] for name in dataset.spec.fills for path in facts[name].read_paths)


def _text(value: object) -> str | None:
    return str(value).strip() or None if isinstance(value, str | int) else None
