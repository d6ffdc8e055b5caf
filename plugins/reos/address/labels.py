"""The words of an address labelled by usaddress' trained model, with the attributes of a word computed once.

usaddress hands nested dictionaries to its tagger, which then spends most of its time on flattening them, for the same
words again and again. Here a word's attributes are flat names from the start, on its own and as a neighbour. The labels
are the same: a test compares the two.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import usaddress

_MEMO_SIZE = 20_000
_TOKEN = re.compile(r"\b[^\s,;#&()]+[.,;)]*|[#&]")  # that of usaddress.tokenize, for cleaned text
_START, _END = b"address.start", b"address.end"


class _Attributes(NamedTuple):
    """What the model looks at in a word: in the word itself, in the word before and in the word after."""

    own: list[bytes]
    previous: list[bytes]
    next: list[bytes]


def label(text: str) -> list[tuple[str, str]]:
    """Return the words of a cleaned `text`, each with its label (`AddressNumber`, `PlaceName` ...)."""
    words = _TOKEN.findall(text)
    return list(zip(words, usaddress.TAGGER.tag(_sequence(words)), strict=True)) if words else []


def _sequence(words: list[str]) -> list[list[bytes]]:
    """Give every word its own attributes and its neighbours', as the model was trained on."""
    known = [_attributes(word) for word in words]
    last = len(known) - 1
    sequence = []
    for index, attributes in enumerate(known):
        items = attributes.own.copy()
        if index:
            items += known[index - 1].previous
        else:
            items.append(_START)
        if index < last:
            items += known[index + 1].next
        else:
            items.append(_END)
        if index == 1:
            items.append(b"previous:" + _START)
        if index == last - 1:
            items.append(b"next:" + _END)
        sequence.append(items)
    return sequence


@lru_cache(maxsize=_MEMO_SIZE)
def _attributes(word: str) -> _Attributes:
    own = [name.encode() for name in _flat(usaddress.tokenFeatures(word))]
    return _Attributes(own, [b"previous:" + name for name in own], [b"next:" + name for name in own])


def _flat(features: Mapping[str, object]) -> Iterable[str]:
    """Name the features as the tagger does: `name:value` for texts, `name` for what holds; what does not weighs 0."""
    for name, value in features.items():
        if isinstance(value, str):
            yield f"{name}:{value}"
        elif value:
            yield name
