"""The words of an address labelled by usaddress' trained model, with the features of a word computed once.

Computing them takes a third of `usaddress.parse`, and words repeat. The labels are the same: a test compares the two.
"""

from functools import lru_cache
from typing import Any

import usaddress

_MEMO_SIZE = 20_000

Features = dict[str, Any]

_features = lru_cache(maxsize=_MEMO_SIZE)(usaddress.tokenFeatures)


def label(text: str) -> list[tuple[str, str]]:
    """Return the words of `text`, each with its label (`AddressNumber`, `PlaceName` ...)."""
    words = usaddress.tokenize(text)
    return list(zip(words, usaddress.TAGGER.tag(_sequence(words)), strict=True)) if words else []


def _sequence(words: list[str]) -> list[Features]:
    """Give every word its own features and copies of its neighbours', as the model was trained on."""
    plain = [_features(word) for word in words]
    first, last = {**plain[0], "address.start": True}, {**plain[-1], "address.end": True}
    marked = [first, *plain[1:-1], last] if len(words) > 1 else [{**first, "address.end": True}]
    sequence = [dict(features) for features in marked]
    for index in range(1, len(sequence)):
        sequence[index]["previous"] = marked[index - 1]
        sequence[index - 1]["next"] = marked[index]
    return sequence
