"""How near a column's name is to what sources usually call a value: the vocabulary of `terms/columns.yml`."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import yaml

_TERMS = files("reos.pipeline.profiles") / "terms" / "columns.yml"
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_GEOMETRY = "geometry."
_TRUNCATED = 10  # characters that a dBASE (shapefile) column name may have
_TELLING = 4  # characters; shorter names mean too many things to be written out
_EXACT, _OF_PLACE, _CUT, _NUMBERED = 4, 3, 2, 1


class Vocabulary(NamedTuple):
    """Terms by value, parts of an address and of a unit in order, and words that say whose a column is."""

    columns: Mapping[str, Sequence[str]]
    address_parts: Mapping[str, Sequence[str]]
    unit_parts: Mapping[str, Sequence[str]]
    place_words: Sequence[str]
    other_words: frozenset[str]
    words: Mapping[str, str]


class Likeness(NamedTuple):
    """How near a name is: the kind of match first, then the rank of the term. Greater is nearer."""

    kind: int
    rank: int


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary, longest place words first."""
    content = yaml.safe_load(_TERMS.read_text(encoding="utf-8"))
    return Vocabulary(
        content["columns"],
        content["address_parts"],
        content["unit_parts"],
        sorted(content["place_words"], key=len, reverse=True),
        frozenset(content["other_words"]),
        _in_full(content["abbreviations"]),
    )


def _in_full(abbreviations: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    return {short: word for word, shorts in abbreviations.items() for short in (word, *shorts)}


@lru_cache(maxsize=4096)
def in_full(name: str) -> str:
    """Return a folded name with its words written out, `strtnum` as `streetnumber`, if it is made of such words."""
    words = vocabulary().words
    ways: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(name) + 1):
        starts = (start for start in range(end) if ways[start] is not None and name[start:end] in words)
        found = min(((*(ways[start] or ()), words[name[start:end]]) for start in starts), key=len, default=None)
        ways.append(found)
    return "".join(ways[-1] or (name,))


def words_of(column: str) -> list[str]:
    """Return the words of a column's name in lower case; of `schema.table.COLUMN` only the last part counts."""
    name = column if column.startswith(_GEOMETRY) else column.rsplit(".", 1)[-1]
    return [word.lower() for word in _WORDS.findall(name)]


def is_elsewhere(column: str) -> bool:
    """Return whether the column says something of the owner or a bill, so that it is no place of the property."""
    words, others = words_of(column), vocabulary().other_words
    return any(word in others for word in words) or "".join(words).startswith(("mail", "owner", "taxpayer", "bill"))


def likeness(column: str, terms: Sequence[str]) -> Likeness | None:
    """Return how near `column` is to the nearest of `terms`, None when it is not."""
    name = "".join(words_of(column))
    found = _ranked(name, terms, _EXACT)
    if found is None:
        found = next(filter(None, (_ranked(rest, terms, _OF_PLACE) for rest in _without_place(name))), None)
    if found is None and len(column.rsplit(".", 1)[-1]) == _TRUNCATED:
        cut = [rank for rank, term in enumerate(terms) if term.startswith(name)]
        found = Likeness(_CUT, -cut[0]) if cut else None
    if found is None and name[-1:] == "1":
        found = _ranked(name[:-1], terms, _NUMBERED)
    return found


def _ranked(name: str, terms: Sequence[str], kind: int) -> Likeness | None:
    if name in terms:
        return Likeness(kind, -2 * terms.index(name))
    if len(name) < _TELLING:
        return None
    full, written = in_full(name), [in_full(term) if len(term) >= _TELLING else "" for term in terms]
    return Likeness(kind, -2 * written.index(full) - 1) if full in written else None


def _without_place(name: str) -> list[str]:
    return [name[len(word) :] for word in vocabulary().place_words if name.startswith(word) and len(name) > len(word)]
