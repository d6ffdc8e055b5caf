"""USPS Publication 28 as look-up tables, read once from `tables/`: this module knows spellings, no grammar."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

_TABLES = files("reos.address") / "tables"


@dataclass(frozen=True, slots=True)
class UnitKind:
    """A secondary unit designator: its abbreviation and how freely it may be used (see `tables/pub28.yml`)."""

    abbreviation: str
    strong: bool = False
    standalone: bool = False
    generic: bool = False


@dataclass(frozen=True, slots=True)
class HighwayKind:
    """A road name made of a kind and a number, as in `COUNTY ROAD 12`; `key` is what the match key calls it."""

    form: str
    key: str
    letters: bool = False


def table_text(name: str) -> str:
    """Return the text of the package's table `name`."""
    return (_TABLES / name).read_text(encoding="utf-8")


def table_rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of the package's CSV table `name`."""
    yield from csv.DictReader(table_text(name).splitlines())


def _spellings(table: Mapping[str, list[str]]) -> Mapping[str, str]:
    words = {form: form for form in table}
    words.update({spelling: form for form, spellings in table.items() for spelling in spellings})
    return MappingProxyType(words)


def _suffixes() -> tuple[Mapping[str, str], Mapping[str, str]]:
    short: dict[str, str] = {}
    long: dict[str, str] = {}
    for row in table_rows("suffixes.csv"):
        abbreviation, form = row["abbreviation"], row["long_form"]
        words = {abbreviation, form, *row["variants"].split()}
        short.update(dict.fromkeys(words, abbreviation))
        long.update({word: form for word in words if word == abbreviation or not set("AEIOU") & set(word)})
    return MappingProxyType(short), MappingProxyType(long)


def _units(table: Mapping[str, dict[str, Any]]) -> Mapping[str, UnitKind]:
    kinds: dict[str, UnitKind] = {}
    for abbreviation, entry in table.items():
        flags = {name: value for name, value in entry.items() if name != "spellings"}
        kind = UnitKind(abbreviation, **flags)
        kinds.update(dict.fromkeys([abbreviation, *entry.get("spellings", [])], kind))
    return MappingProxyType(kinds)


def _highways(table: Mapping[str, dict[str, Any]]) -> Mapping[tuple[str, ...], HighwayKind]:
    kinds: dict[tuple[str, ...], HighwayKind] = {}
    for form, entry in table.items():
        kind = HighwayKind(form, entry.get("same_as", form), entry.get("letters", False))
        kinds.update({tuple(words.split()): kind for words in [form, *entry.get("spellings", [])]})
    return MappingProxyType(kinds)


_PUB28: Mapping[str, Any] = yaml.safe_load(table_text("pub28.yml"))

DIRECTIONALS = _spellings(_PUB28["directionals"])
STATES = _spellings(_PUB28["states"])
SUFFIXES, WRITTEN_OUT = _suffixes()
UNITS = _units(_PUB28["units"])
HIGHWAYS = _highways(_PUB28["highways"])
HIGHWAY_FORMS: Mapping[str, str] = MappingProxyType({kind.form: kind.key for kind in HIGHWAYS.values()})
ORDINALS: Mapping[str, int] = MappingProxyType(_PUB28["ordinals"])
TENS: Mapping[str, int] = MappingProxyType(_PUB28["tens"])
CITY_PREFIXES: Mapping[str, str] = MappingProxyType(_PUB28["city_prefixes"])
CITY_ALIASES: Mapping[str, str] = MappingProxyType(_PUB28["city_aliases"])
FOREIGN = frozenset(_PUB28["foreign"])
HOME = frozenset(_PUB28["home"])
CLOSING = frozenset(_PUB28["closing"])
UNFINISHED = frozenset(_PUB28["unfinished"])
TOWN_BEGINNINGS = frozenset(_PUB28["town_beginnings"])
CLOSING_TOWNS = frozenset(_PUB28["closing_towns"])
SHORT_BEGINNINGS = frozenset(_PUB28["short_beginnings"])
DIRECTION_CITIES = frozenset(f"{way} {name}" for way, names in _PUB28["direction_cities"].items() for name in names)
SAINTS = frozenset(_PUB28["saints"])
LAST_WORDS: Mapping[str, str] = MappingProxyType(_PUB28["last_words"])
IN_HOUSE = frozenset(_PUB28["in_house"]) | {word for word, kind in UNITS.items() if kind.standalone}
