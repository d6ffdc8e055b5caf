"""The facts that enrichment wants about a property, how old each may be, and which are worth paying for, from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reos.connectors.contract import FACT_NAMES
from reos.core.errors import ConfigurationError

WANTED_FACTS = Path(__file__).with_name("wanted_facts.yml")
_REMEDY = "Correct reos/pipeline/wanted_facts.yml; its header describes the form."


@dataclass(frozen=True)
class WantedFact:
    """A fact with its age limit. `required` ones may be bought; `of_buildings` ones bare land cannot miss."""

    name: str
    required: bool
    max_age: timedelta
    of_buildings: bool


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    need: Literal["required", "wanted"]
    max_age_days: int = Field(gt=0)
    only_if: Literal["building"] | None = None


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: dict[str, _Row] = Field(min_length=1)


def read_wanted_facts(path: Path = WANTED_FACTS) -> Mapping[str, WantedFact]:
    """Return the facts by name in the file's order; `ConfigurationError` for one that no connector knows."""
    try:
        rows = _Document.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).facts
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} is malformed: {error}", remedy=_REMEDY) from error
    unknown = sorted(rows.keys() - set(FACT_NAMES))
    if unknown:
        raise ConfigurationError(f"{path.name} wants unknown facts: {', '.join(unknown)}.", remedy=_REMEDY)
    return {name: _fact(name, row) for name, row in rows.items()}


@lru_cache(maxsize=1)
def wanted_facts() -> Mapping[str, WantedFact]:
    """Return the product's wanted facts, read on first use."""
    return read_wanted_facts()


def required_facts() -> tuple[str, ...]:
    """Return the names of the facts that may be bought."""
    return tuple(name for name, fact in wanted_facts().items() if fact.required)


def _fact(name: str, row: _Row) -> WantedFact:
    return WantedFact(name, row.need == "required", timedelta(days=row.max_age_days), row.only_if == "building")
