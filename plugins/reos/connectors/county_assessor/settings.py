"""Which counties we know, where their layers are, and the facts of this source that policy needs."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from reos.connectors.contract import FACT_NAMES, Capability, ConnectorSpec
from reos.connectors.values import READERS, Reader, code
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
    capabilities=frozenset({Capability.APN, Capability.BULK}),
    fills=frozenset(FACT_NAMES) - _NOT_ON_ROLLS,
    licence="public",
    max_age=timedelta(days=30),
    not_found_max_age=timedelta(0),  # asking again is free
    unusable_max_age=timedelta(0),
    batch_size=200,
    concurrency=4,
    extra_columns=("county_fips",),
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ParcelNumber(_Strict):
    """The county's parcel number: its column, and the number of digits it is written with, punctuation removed."""

    column: str
    digits: int = Field(gt=0, le=30)


class FieldMap(_Strict):
    """Where a fact is: column, how to read it (a name of `reos.connectors.values`), or a translation of its codes."""

    column: str
    read: str | None = None
    codes: dict[str, str] | None = None

    @model_validator(mode="after")
    def _one_reader(self) -> "FieldMap":
        if (self.read is None) == (self.codes is None):
            raise ValueError("give either `read` or `codes`")
        if self.read is not None and self.read not in READERS:
            raise ValueError(f"`read` is one of {sorted(READERS)}")
        return self


class County(_Strict):
    """One county's field map, as its YAML file has it."""

    fips: str = Field(pattern=r"^\d{5}$")
    name: str
    driver: Literal["arcgis"]
    service: str = Field(pattern=r"^[^/].*/(Feature|Map)Server/\d+$")
    url: str | None = None
    attribution: str
    object_id: str
    apn: ParcelNumber
    fields: dict[str, FieldMap]
    ignored: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _known_facts(self) -> "County":
        unknown = sorted(self.fields.keys() - set(FACT_NAMES))
        if unknown:
            raise ValueError(f"no such facts: {', '.join(unknown)}")
        return self

    @cached_property
    def readers(self) -> tuple[tuple[str, str, Reader], ...]:
        """Return for each fact its column and the function that reads the cell."""
        return tuple(
            (fact, field.column, READERS[field.read] if field.read else code(field.codes or {}))
            for fact, field in self.fields.items()
        )

    @cached_property
    def mapped_columns(self) -> frozenset[str]:
        """Columns without which the layer is not the one we know."""
        return frozenset({self.object_id, self.apn.column} | {field.column for field in self.fields.values()})

    def layer_url(self, base_url: str | None) -> str | None:
        """Return the layer's URL: below `base_url` by county when that is set (sandbox, proxy), else its public one."""
        if base_url is None:
            return self.url
        return f"{base_url.rstrip('/')}/{self.fips}/arcgis/rest/services/{self.service}"


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
