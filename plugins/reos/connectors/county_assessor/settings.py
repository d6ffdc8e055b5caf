"""Which counties we know, and the facts of this source that policy and planning need."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from reos.connectors.contract import FACT_NAMES, Capability, ConnectorSpec
from reos.connectors.county_assessor.field_map import County
from reos.core.errors import ConfigurationError

COUNTIES = Path(__file__).with_name("counties")

_NOT_ON_ROLLS = frozenset(
    {
        *("flood_zone", "in_flood_hazard_area", "flood_map_date"),
        *("estimated_value", "estimated_value_low", "estimated_value_high", "estimated_rent"),
    }
)

SPEC = ConnectorSpec(
    source="county_assessor",
    provider="county_assessor",
    dataset="parcel",
    label="County assessor",
    raw_table="county_assessor_parcel",
    capabilities=frozenset({Capability.APN, Capability.POINT, Capability.BULK}),
    fills=frozenset(FACT_NAMES) - _NOT_ON_ROLLS,
    licence="public",
    max_age=timedelta(days=30),
    not_found_max_age=timedelta(0),  # asking again is free
    unusable_max_age=timedelta(0),
    batch_size=200,
    concurrency=4,
    extra_columns=("county_fips",),
)


def read_county(path: Path) -> County:
    """Read one field map; `ConfigurationError` names the file and what is wrong with it."""
    try:
        county = County.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigurationError(
            f"{path.name} is no valid county map: {error}", remedy="See the README beside it."
        ) from error
    if county.fips != path.stem:
        raise ConfigurationError(
            f"{path.name} describes county {county.fips}.", remedy="Name the file after its FIPS code."
        )
    return county


@lru_cache(maxsize=1)
def known_counties() -> Mapping[str, County]:
    """Return the shipped field maps by county FIPS code."""
    return {path.stem: read_county(path) for path in sorted(COUNTIES.glob("*.yml"))}
