"""What a source of reference data is, as its YAML file has it: the columns it promises, and which of them is what."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from reos.core.errors import ConfigurationError, NotFoundError

SOURCES = Path(__file__).with_name("sources")

Kind = Literal["arcgis", "socrata", "openaddresses"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Strict):
    """When to stop: too much to read, too long, too few rows left, too many bad ones (shares are 0 … 1)."""

    rows: int = Field(default=20_000_000, gt=0)
    minutes: int = Field(default=50, gt=0)
    page: int = Field(default=2_000, gt=0, le=50_000)
    drop: float = Field(default=0.2, ge=0, le=1)
    rejected: float = Field(default=0.5, ge=0, le=1)


class Fields(_Strict):
    """Which column is what; where several are named, their texts are joined by blanks."""

    apn: str | None = None
    id: str | None = None
    number: tuple[str, ...] = ()
    street: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    city: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    zip_code: tuple[str, ...] = ()
    latitude: str | None = None
    longitude: str | None = None

    @property
    def columns(self) -> frozenset[str]:
        """All columns that are read."""
        lists = (self.number, self.street, self.unit, self.city, self.state, self.zip_code)
        single = (self.apn, self.id, self.latitude, self.longitude)
        return frozenset(name for names in lists for name in names) | frozenset(name for name in single if name)


class Source(_Strict):
    """One source. `columns` are those that it must have, with the type that its own description gives them.

    `edited` is the column (or system field) that tells when a row last changed; without one every pull is a full one.
    `latest` names a column of yearly snapshots: only the rows of its greatest value are loaded. `geometry` asks an
    ArcGIS layer for the features' shapes, for layers without coordinate columns.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_:/-]*$")
    title: str
    kind: Kind
    county_fips: str | None = Field(default=None, pattern=r"^\d{5}$")
    state: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    path: str
    url: str | None = None
    attribution: str
    licence: str
    columns: Mapping[str, str]
    ignored: frozenset[str] = frozenset()
    fields: Fields
    edited: str | None = None
    overlap_hours: int = Field(default=24, ge=0)
    full_every_days: int = Field(default=7, gt=0)
    latest: str | None = None
    geometry: bool = False
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _declared(self) -> "Source":
        undeclared = sorted(self.read - self.columns.keys())
        if undeclared:
            raise ValueError(f"columns are read but not declared: {', '.join(undeclared)}")
        if self.fields.apn and not self.county_fips:
            raise ValueError("a parcel number needs the county that it belongs to")
        if not (self.fields.apn or self.fields.street):
            raise ValueError("neither a parcel number nor a street is mapped")
        return self

    @cached_property
    def read(self) -> frozenset[str]:
        """Return the columns whose cells are used, those that filter included; `:fields` of the system aside."""
        named = {name for name in (self.edited, self.latest) if name and not name.startswith(":")}
        return self.fields.columns | named

    @cached_property
    def exact(self) -> frozenset[str]:
        """Return the columns whose type matters: as another type, keys would lose zeros and dates their meaning."""
        fields = self.fields
        single = (fields.apn, fields.id, fields.latitude, fields.longitude, self.edited, self.latest)
        return frozenset(name for name in single if name) | frozenset(fields.zip_code)

    @property
    def overlap(self) -> timedelta:
        """How far an incremental pull goes back behind the last watermark."""
        return timedelta(hours=self.overlap_hours)


def read_source(path: Path) -> Source:
    """Read one source; `ConfigurationError` names the file and what is wrong with it."""
    try:
        source = Source.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path.name} describes no source: {error}", remedy="Compare with the others."
        ) from None
    if source.name != path.stem:
        raise ConfigurationError(f"{path.name} describes source {source.name}.", remedy="Name the file after it.")
    return source


@lru_cache(maxsize=1)
def known_sources() -> Mapping[str, Source]:
    """Return the shipped sources by name."""
    return {path.stem: read_source(path) for path in sorted(SOURCES.glob("*.yml"))}


def find_source(name: str, *kinds: Kind) -> Source:
    """Return the source `name`, of one of `kinds` when given; `NotFoundError` lists those that there are."""
    known = [source for source in known_sources().values() if not kinds or source.kind in kinds]
    found = next((source for source in known if source.name == name), None)
    if found is None:
        names = ", ".join(source.name for source in known)
        raise NotFoundError(f"There is no source {name!r} to load from.", remedy=f"Use one of: {names}.")
    return found
