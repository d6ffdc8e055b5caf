"""From a `property` object of the expanded profile to typed facts, by `fields.yml`."""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from reos.connectors.attom.settings import SPEC
from reos.connectors.contract import FACT_NAMES, PropertyFacts
from reos.connectors.errors import SchemaDriftError
from reos.connectors.values import READERS, Reader, code
from reos.core.errors import ConfigurationError

FIELDS = Path(__file__).with_name("fields.yml")

Leaves = Mapping[str, Any]


class FieldPaths(BaseModel):
    """Where a fact is and how it is read: by a reader of `reos.connectors.values`, or by a list of codes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    paths: tuple[str, ...]
    read: str | None = None
    codes: str | None = None


class ProfileMap(BaseModel):
    """The content of `fields.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: dict[str, FieldPaths]
    checked: tuple[str, ...]
    ignored: tuple[str, ...]
    codes: dict[str, dict[str, str | bool | None]]

    @model_validator(mode="after")
    def _consistent(self) -> "ProfileMap":
        unknown = self.facts.keys() - set(FACT_NAMES)
        readers = {field.read for field in self.facts.values()} - READERS.keys() - {None}
        codes = {field.codes for field in self.facts.values()} - self.codes.keys() - {None}
        if unknown or readers or codes:
            raise ValueError(f"unknown facts {unknown}, readers {readers}, codes {codes}")
        return self

    @cached_property
    def read_paths(self) -> frozenset[str]:
        """Every path that is read."""
        return frozenset(path for field in self.facts.values() for path in field.paths) | frozenset(self.checked)

    @cached_property
    def sections(self) -> frozenset[str]:
        """The first steps of all known paths."""
        return frozenset(path.partition(".")[0] for path in (*self.read_paths, *self.ignored))

    def reader(self, field: FieldPaths) -> Reader:
        """Return the function that reads `field`."""
        return READERS[field.read] if field.read else code(self.codes[str(field.codes)])


def read_map(path: Path = FIELDS) -> ProfileMap:
    """Read a map; `ConfigurationError` when it is malformed."""
    try:
        return ProfileMap.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} is no valid map: {error}", remedy="Correct the file.") from error


@lru_cache(maxsize=1)
def profile_map() -> ProfileMap:
    """Return the shipped map, read on first use."""
    return read_map()


def leaves(body: Mapping[str, Any]) -> Leaves:
    """Return every non-null leaf by its lower-cased dotted path; of keys that differ only in case the first wins."""
    found: dict[str, Any] = {}
    for path, value in _walk("", body):
        found.setdefault(path, value)
    return found


def undeclared(found: Leaves) -> frozenset[str]:
    """Return the paths that `fields.yml` neither reads nor ignores."""
    return frozenset(path for path in found if not _declared(path))


def profile_facts(body: Mapping[str, Any]) -> PropertyFacts:
    """Parse one `property` object; raises `SchemaDriftError` naming the section, path or code that does not fit."""
    known, found = profile_map(), leaves(body)
    strange = sorted(key for key in body if key.lower() not in known.sections)
    if strange or "identifier.fips" not in found:
        what = f"a new section {', '.join(strange)}" if strange else "no identifier.fips"
        raise SchemaDriftError(
            f"An ATTOM profile has {what}.",
            provider=SPEC.provider,
            remedy="Compare the record in raw.attom_expanded_profile with attom/fields.yml.",
        )
    facts = {name: _first(known, field, found) for name, field in known.facts.items()}
    if facts.get("last_sale_price") is None:
        facts["last_sale_estimated"] = None
    return PropertyFacts(**cast("dict[str, Any]", facts))


def _first(known: ProfileMap, field: FieldPaths, found: Leaves) -> object:
    reader = known.reader(field)
    for path in field.paths:
        try:
            value = reader(found.get(path))
        except (ValueError, OverflowError) as error:
            raise SchemaDriftError.of_record(f"ATTOM, {path}: {error}.", provider=SPEC.provider) from None
        if value is not None:
            return value
    return None


def _walk(prefix: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        path = f"{prefix}.{key}".lstrip(".").lower()
        if isinstance(value, Mapping):
            yield from _walk(path, value)
        elif value is not None:
            yield path, value


@lru_cache(maxsize=4096)
def _declared(path: str) -> bool:
    known = profile_map()
    covered = (path == prefix or path.startswith(prefix + ".") for prefix in known.ignored)
    return path in known.read_paths or any(covered)
