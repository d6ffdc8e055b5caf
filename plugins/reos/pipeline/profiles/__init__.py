"""Import profiles: YAML that maps a file's columns to our names. `generic.yml` is their manual; this reads them."""

import codecs
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from reos.core.errors import InvalidInputError
from reos.pipeline.profiles import converters
from reos.pipeline.profiles.canonical import CANONICAL
from reos.pipeline.profiles.converters import Converter, Kind

_FOLDER = files("reos.pipeline.profiles")


Source = str | tuple[str, ...]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class ColumnRule(BaseModel):
    """One value of the file: where it stands (`sources`), what we call it (`to`), how it is read (`kind`).

    A source is a column's name, or several names whose cells are joined by blanks.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    sources: Annotated[tuple[Source, ...], BeforeValidator(_as_list)] = Field(alias="from", min_length=1)
    to: str
    kind: Kind = Field(alias="as")
    width: int | None = Field(default=None, ge=1, le=40)
    min: float | None = None
    max: float | None = None
    formats: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    required: bool = False

    @model_validator(mode="after")
    def _check(self) -> "ColumnRule":
        if self.to not in CANONICAL:
            raise ValueError(f"{self.to!r} is none of our names: {', '.join(CANONICAL)}")
        if (self.kind is Kind.DIGITS) != (self.width is not None):
            raise ValueError(f"{self.to}: `width` belongs to `as: digits`")
        return self

    @property
    def label(self) -> str:
        """The first source, for people."""
        first = self.sources[0]
        return first if isinstance(first, str) else " + ".join(first)

    def names(self) -> Iterator[str]:
        """Yield every column name that it may read."""
        for source in self.sources:
            yield from (source,) if isinstance(source, str) else source

    def place(self, places: Mapping[str, int]) -> tuple[int, ...] | None:
        """Return the positions of the first source of which every column is there, given positions by folded name."""
        for source in self.sources:
            names = [fold(name) for name in ((source,) if isinstance(source, str) else source)]
            if all(name in places for name in names):
                return tuple(places[name] for name in names)
        return None

    def converter(self) -> Converter:
        """Return the function that reads a cell of this column."""
        plain: Mapping[Kind, Converter] = {
            Kind.TEXT: converters.text,
            Kind.INTEGER: converters.integer,
            Kind.NUMBER: converters.number,
            Kind.USD: converters.usd,
            Kind.FLAG: converters.flag,
            Kind.ZIP: converters.zip_code,
            Kind.DATE: converters.day(self.formats),
            Kind.DIGITS: converters.digits(self.width or 0),
            Kind.LATITUDE: converters.degrees,
            Kind.LONGITUDE: converters.degrees,
        }
        return converters.bounded(plain[self.kind], self.min, self.max)


class Profile(BaseModel):
    """How one kind of file is read. `encoding`, `delimiter` and `sheet` are found where they are not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    licence: str
    constants: Mapping[str, str] = {}
    needs: tuple[str, ...] = ()
    columns: tuple[ColumnRule, ...] = Field(min_length=1)
    ignored: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    sheet: str | None = None

    @field_validator("encoding")
    @classmethod
    def _check_encoding(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                codecs.lookup(value)
            except LookupError:
                raise ValueError(f"{value!r} is no encoding") from None
        return value

    @cached_property
    def known_columns(self) -> frozenset[str]:
        """Every column name that the profile knows, folded."""
        return frozenset(fold(name) for rule in self.columns for name in rule.names()) | {*map(fold, self.ignored)}

    def positions(self, header: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Return where each of our names stands in `header`, by the first of its sources that is there."""
        places = {fold(name): index for index, name in reversed(list(enumerate(header)))}
        found = ((rule.to, rule.place(places)) for rule in self.columns)
        return {name: place for name, place in found if place is not None}

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the columns that `header` lacks. Empty means that the file fits.

        A profile with `needs` wants one of those; any other profile wants all its columns.
        """
        found = self.positions(header)
        if self.needs:
            required = [rule.label for rule in self.columns if rule.required and rule.to not in found]
            one_of = [] if any(name in found for name in self.needs) else [" or ".join(self.needs)]
            return required + one_of
        return [rule.label for rule in self.columns if rule.to not in found]

    def twice(self, header: Sequence[str]) -> list[str]:
        """Return the columns that the profile reads and the header has more than once."""
        names = [fold(name) for name in header]
        return sorted({name for name in names if names.count(name) > 1 and name in self.known_columns})

    def unknown(self, header: Sequence[str]) -> list[str]:
        """Return the columns of `header` that are not read and that the profile does not ignore on purpose."""
        used = {index for place in self.positions(header).values() for index in place}
        ignored = {*map(fold, self.ignored)}
        return [name for index, name in enumerate(header) if index not in used and fold(name) not in ignored]


def fold(name: str) -> str:
    """Return a column name as names are compared: without case, blanks and underscores."""
    return name.casefold().replace(" ", "").replace("_", "").replace("-", "")


def profile_names() -> list[str]:
    """Return the names of the profiles that come with the platform."""
    return sorted(entry.name.removesuffix(".yml") for entry in _FOLDER.iterdir() if entry.name.endswith(".yml"))


def load_profile(name: str) -> Profile:
    """Return the profile called `name`, or the one in the file `name` when it ends in `.yml`, as `parse_profile` does.

    Raises `InvalidInputError` when there is none or it is not well formed.
    """
    if name.endswith((".yml", ".yaml")):
        return parse_profile(name, _file_text(Path(name)))
    if name not in profile_names():
        raise InvalidInputError(
            f"There is no import profile {name!r}.",
            remedy=f"Use one of {', '.join(profile_names())}, or the path of a .yml file of your own.",
        )
    return _read(name, (_FOLDER / f"{name}.yml").read_text(encoding="utf-8"))


def fitting(header: Sequence[str]) -> Iterator[str]:
    """Yield the names of the profiles that a file with this header fits."""
    for name in profile_names():
        if not load_profile(name).missing(header):
            yield name


def parse_profile(name: str, content: str) -> Profile:
    """Return the profile that `content` (YAML or JSON) describes; `InvalidInputError`, of `name`, when it is none.

    It is named by what it says (`custom-` and a digest), not by what it is called, wherever it comes from: a name is
    part of what makes a repeated import the same, and another mapping of the same file is another import. One that
    comes with the platform keeps its name.
    """
    given = _read(name, content)
    if given.name in profile_names() and given == load_profile(given.name):
        return given
    said = given.model_dump(mode="json", by_alias=True, exclude={"name", "title"})
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return given.model_copy(update={"name": f"custom-{digest[:12]}"})


def _file_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"The profile {path} cannot be read: {error}.", remedy="Give the path of a YAML file."
        ) from error


def _read(name: str, content: str) -> Profile:
    try:
        return Profile.model_validate(yaml.safe_load(content))
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidInputError(
            f"The import profile {name!r} is not well formed: {error}",
            remedy="Compare it with reos/pipeline/profiles/generic.yml, which explains every key.",
        ) from error
