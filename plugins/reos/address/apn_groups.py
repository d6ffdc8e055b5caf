"""How counties group the digits of a parcel number (book-page-parcel), so that its writings meet in one form.

`tables/apn_groups.csv` has the counties whose form is known beyond doubt: no other form of theirs has as many digits or
as many groups. It was derived from the formats of the PyPI package `apn` 2.0.7 (MIT, E. Proulx and K. Harmon), which
are too incomplete to refuse a number by; so a number that does not fit keeps its own separators. Groups never move:
the canonical form keeps its hyphens, two numbers that are grouped in two ways stay two, and zeros that a bare number
may have lost are not guessed.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import NamedTuple

from reos.address.pub28 import table_rows

_DIGITS = re.compile(r"(\d+)([A-Z]?)")


class Grouping(NamedTuple):
    """Digits of each group; `letter`: one may follow the last."""

    widths: tuple[int, ...]
    letter: bool

    def read(self, tokens: Sequence[str]) -> str | None:
        """Return the number with every group padded and hyphens between, or None when it is not of this form."""
        *_, last = tokens
        written = _DIGITS.fullmatch(last)
        if written is None or not all(token.isdigit() for token in tokens[:-1]) or (written[2] and not self.letter):
            return None
        parts = [*tokens[:-1], written[1]]
        groups = self._padded(parts) if len(parts) == len(self.widths) else self._cut(parts)
        return "-".join(groups) + written[2] if groups else None

    def _padded(self, parts: Sequence[str]) -> list[str]:
        """One token a group: `1-23-4` is `001-23-004`."""
        fits = all(len(part) <= width for part, width in zip(parts, self.widths, strict=True))
        return [part.zfill(width) for part, width in zip(parts, self.widths, strict=True)] if fits else []

    def _cut(self, parts: Sequence[str]) -> list[str]:
        """All digits are there, and separators stand only between groups: `00123004`, `001 23004`."""
        ends = [0, *accumulate(self.widths)]
        whole = "".join(parts)
        if len(whole) != ends[-1] or not {*accumulate(map(len, parts[:-1]))} <= {*ends}:
            return []
        return [whole[start:end] for start, end in pairwise(ends)]


@lru_cache(maxsize=1)
def _groupings() -> Mapping[str, tuple[Grouping, ...]]:
    found: dict[str, list[Grouping]] = defaultdict(list)
    for row in table_rows("apn_groups.csv"):
        widths = tuple(int(width) for width in row["widths"].split("-"))
        found[row["fips"]].append(Grouping(widths, row["letter"] == "yes"))
    return MappingProxyType({fips: tuple(forms) for fips, forms in found.items()})


def regroup(county_fips: str, text: str) -> str:
    """Return parcel number `text` (upper case, single hyphens) in the county's form, or as it is when it has none."""
    tokens = text.split("-")
    forms = (form.read(tokens) for form in _groupings().get(county_fips, ()))
    return next(filter(None, forms), text)
