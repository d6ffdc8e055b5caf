"""Which research files are read, as `files.yml` has them, and the facts of this source that policy needs."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from reos.connectors.bulk import BulkSpec
from reos.core.errors import ConfigurationError, NotFoundError

FILES = Path(__file__).with_name("files.yml")

RegionType = Literal["country", "msa", "state", "county", "city", "zip", "neighborhood"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ResearchFile(_Strict):
    """One file: `series` for the regions of these types, whole.

    `names_regions` files keep the names of the regions up to date; the others only add regions that are not known yet.
    `drop` is the share of its values, or regions, that may be missing against the last load before it is not believed.
    """

    series: str
    path: str = Field(pattern=r"^[A-Za-z0-9_]+/[A-Za-z0-9_.]+\.csv$")
    regions: tuple[RegionType, ...] = Field(min_length=1)
    names_regions: bool = False
    enabled: bool = True
    drop: float = Field(default=0.1, ge=0, le=1)


class Research(_Strict):
    """The content of `files.yml`."""

    attribution: str
    licence: str
    series: dict[str, str]
    files: dict[str, ResearchFile]

    @model_validator(mode="after")
    def _apart(self) -> "Research":
        unknown = {file.series for file in self.files.values()} - self.series.keys()
        if unknown:
            raise ValueError(f"unknown series {', '.join(sorted(unknown))}")
        claims = [(file.series, region) for file in self.files.values() for region in file.regions]
        twice = {f"{series} of {region}" for series, region in claims if claims.count((series, region)) > 1}
        if twice:
            raise ValueError(
                f"two files hold {', '.join(sorted(twice))}, and each would remove what only the other has"
            )
        return self


def read_files(path: Path = FILES) -> Research:
    """Read the list of files; `ConfigurationError` says what is wrong with it."""
    try:
        return Research.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path.name} is no list of files: {error}", remedy="See the README beside it."
        ) from None


@lru_cache(maxsize=1)
def research() -> Research:
    """Return the shipped list, read on first use."""
    return read_files()


def find_file(name: str) -> ResearchFile:
    """Return the file of that name; `NotFoundError` lists those that there are."""
    known: Mapping[str, ResearchFile] = research().files
    if name not in known:
        raise NotFoundError(f"There is no research file {name!r}.", remedy=f"Use one of: {', '.join(known)}.")
    return known[name]


SPEC = BulkSpec(
    source="zillow_research",
    provider="zillow",
    dataset="research_index",
    label="Zillow Research",
    tables=("raw.zillow_index", "raw.zillow_region"),
    licence=research().licence,
    attribution=research().attribution,
    max_age=timedelta(days=45),  # published in the second half of each month
)
