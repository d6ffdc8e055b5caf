"""Where a provider's answer holds each fact, as data: a YAML file of what is read, what is known and left, and codes.

Paths are lower-cased and dotted. A field that the map neither reads nor ignores is news to report; a code that it does
not list is an error of the one record.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from reos.connectors.contract import FACT_NAMES
from reos.connectors.errors import SchemaDriftError
from reos.connectors.values import READERS, Reader, code, text
from reos.core.errors import ConfigurationError

Leaves = Mapping[str, Any]
Code = str | bool | None


class FieldPaths(BaseModel):
    """Where a fact is, and how it is read: by a reader of `reos.connectors.values`, or by a list of codes.

    The first of `paths` that has a value wins; where none has, the texts of `joined` are put together, words of a group
    with blanks and groups with commas.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    paths: tuple[str, ...] = ()
    joined: tuple[tuple[str, ...], ...] = ()
    read: str | None = None
    codes: str | None = None

    @model_validator(mode="after")
    def _one_reader(self) -> "FieldPaths":
        if (self.read is None) == (self.codes is None):
            raise ValueError("give either `read` or `codes`")
        return self

    @property
    def read_paths(self) -> Iterator[str]:
        """Every path that is looked at."""
        yield from self.paths
        for group in self.joined:
            yield from group


class FieldMap(BaseModel):
    """The content of a map. A path in `ignored` covers everything below it; `aliases` are other places of a section."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: dict[str, FieldPaths]
    checked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    aliases: dict[str, str] = {}
    codes: dict[str, dict[str, Code]] = {}

    @model_validator(mode="after")
    def _consistent(self) -> "FieldMap":
        unknown = self.facts.keys() - set(FACT_NAMES)
        readers = {field.read for field in self.facts.values()} - READERS.keys() - {None}
        codes = {field.codes for field in self.facts.values()} - self.codes.keys() - {None}
        if unknown or readers or codes:
            raise ValueError(f"unknown facts {unknown}, readers {readers}, codes {codes}")
        return self

    @cached_property
    def read_paths(self) -> frozenset[str]:
        """Every path that is read."""
        return frozenset(path for field in self.facts.values() for path in field.read_paths) | frozenset(self.checked)

    @cached_property
    def sections(self) -> frozenset[str]:
        """The first steps of all known paths."""
        return frozenset(path.partition(".")[0] for path in (*self.read_paths, *self.ignored, *self.aliases))

    def undeclared(self, found: Iterable[str]) -> frozenset[str]:
        """Return the paths that the map neither reads nor ignores."""
        return frozenset(path for path in found if path not in self.read_paths and not self._ignores(path))

    def values(self, found: Leaves, names: Iterable[str], provider: str) -> dict[str, Any]:
        """Return the facts of `names` by name; a value that does not fit is `SchemaDriftError` of the record."""
        return {name: self._value(self.facts[name], found, provider) for name in names if name in self.facts}

    def canonical(self, path: str) -> str:
        """Return `path` with the sections that have another place moved to the one the map speaks of."""
        for other, section in self.aliases.items():
            if path == other or path.startswith(other + "."):
                path = section + path[len(other) :]
        return path

    @cached_property
    def _left(self) -> frozenset[str]:
        return frozenset(self.ignored)

    def _ignores(self, path: str) -> bool:
        return any(above in self._left for above in accumulate(path.split("."), "{}.{}".format))

    def _value(self, field: FieldPaths, found: Leaves, provider: str) -> object:
        reader = READERS[field.read] if field.read else code(self.codes[str(field.codes)])
        for path in field.paths:
            value = _read(reader, found.get(path), path, provider)
            if value is not None:
                return value
        groups = [_words(group, found, provider) for group in field.joined]
        return ", ".join(group for group in groups if group) or None


MapT = TypeVar("MapT", bound=FieldMap)


def read_field_map(path: Path, kind: type[MapT]) -> MapT:
    """Read a map; `ConfigurationError` when it is malformed."""
    try:
        return kind.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} is no valid map: {error}", remedy="Correct the file.") from error


def leaves(body: Mapping[str, Any], known: FieldMap) -> Leaves:
    """Return every non-null leaf by its lower-cased dotted path, aliases resolved.

    Of keys that differ only in case the first wins, and a section in its own place before one in another place.
    """
    found: dict[str, Any] = {}
    moved: dict[str, Any] = {}
    for path, value in _walk(body):
        place = known.canonical(path)
        (found if place == path else moved).setdefault(place, value)
    return {**moved, **found}


def _walk(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the leaves in order, without recursion: how deep an answer nests is the provider's choice."""
    waiting = [iter(body.items())]
    steps: list[str] = []
    while waiting:
        key, value = next(waiting[-1], (None, None))
        if key is None:
            waiting.pop()
            if steps:
                steps.pop()
        elif isinstance(value, Mapping):
            waiting.append(iter(value.items()))
            steps.append(key.lower())
        elif value is not None:
            yield ".".join((*steps, key.lower())), value


def _read(reader: Reader, value: object, path: str, provider: str) -> object:
    try:
        return reader(value)
    except (ValueError, OverflowError, RecursionError) as error:
        raise SchemaDriftError.of_record(f"{provider}, {path}: {error}.", provider=provider) from None


def _words(group: Iterable[str], found: Leaves, provider: str) -> str:
    words = (_read(text, found.get(path), path, provider) for path in group)
    return " ".join(str(word) for word in words if word)
