"""What a parcel is used for: from the county's wording, else from standard codes, to the product's property types."""

import re
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reos.connectors.values import number, text
from reos.core.errors import ConfigurationError

USES = Path(__file__).with_name("uses.yml")
_NO_WORD = re.compile(r"[^A-Z0-9]+")
_ROUNDINGS = (1, 10, 100, 1000)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Phrases(_Strict):
    """A property type (None: known, and none of the product's) and the phrases that say so."""

    type: str | None
    phrases: tuple[str, ...] = Field(alias="any")


class Uses(_Strict):
    """The content of `uses.yml`."""

    phrases: tuple[Phrases, ...]
    lbcs_structure: dict[int, str | None]
    lbcs_activity: dict[int, str | None]

    def of_wording(self, description: object) -> tuple[str | None, bool]:
        """Return the type a county's wording says, and whether any phrase is known in it (a blank one is)."""
        found = text(description)
        if found is None:
            return None, True
        words = f" {_NO_WORD.sub(' ', found.upper()).strip()} "
        for line in self.phrases:
            if any(f" {phrase} " in words for phrase in line.phrases):
                return line.type, True
        return None, False


def read_uses(path: Path = USES) -> Uses:
    """Read the rules; `ConfigurationError` when they are malformed."""
    try:
        return Uses.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} is no valid list: {error}", remedy="Correct the file.") from error


@lru_cache(maxsize=1)
def uses() -> Uses:
    """Return the shipped rules, read on first use."""
    return read_uses()


def property_type(description: object, structure: object, activity: object) -> str | None:
    """Return the property type, None where wording and codes say none; `ValueError` for a code that is not listed."""
    by_wording, _ = uses().of_wording(description)
    by_code = (_of_code(uses().lbcs_structure, structure), _of_code(uses().lbcs_activity, activity))
    return by_wording or by_code[0] or by_code[1]


def _of_code(listed: dict[int, str | None], written: object) -> str | None:
    found = number(written)
    if not found:
        return None
    for step in _ROUNDINGS:
        above = int(found) // step * step
        if above in listed:
            return listed[above]
    raise ValueError(f"unknown code {written!r}")
