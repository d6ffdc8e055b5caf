"""Parcel numbers as keys. An APN is unique only inside its county, so the county's FIPS code is always part of the key.

A county in `tables/apn_rules.yml` has one canonical form for all writings of a number; a number that does not fit is
refused. Any other county gets the safe rule: upper case, each run of separators one hyphen, so that numbers which
differ by the place of a separator (`10-765-44`, `10-765-4-4`) never merge. Where it is known how the county groups its
digits (`apn_groups.py`), a number in that form is padded and its hyphens are put in; any other one stays as it is.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

import yaml

from reos.address.apn_groups import regroup
from reos.address.counties import county_name
from reos.address.pub28 import table_text
from reos.core.errors import InvalidInputError

_MAX_LENGTH = 60
_SEPARATORS = re.compile(r"[\s./_\u2013\u2014-]+")
_ALLOWED = re.compile(r"[A-Z0-9*#+:&]+(?:-[A-Z0-9*#+:&]+)*")
_SPREADSHEET_NUMBER = re.compile(r"\d(?:\.\d+)?E\+?\d+")
_PART = re.compile(r"\d+[A-Z]?")


@dataclass(frozen=True, slots=True)
class ParcelKey:
    """A parcel's identity: county and canonical number. `raw` is the number as it was written."""

    county_fips: str
    canonical: str
    raw: str

    def __str__(self) -> str:
        return f"{self.county_fips}:{self.canonical}"

    @property
    def hash(self) -> bytes:
        """32 bytes, SHA-256 of county and canonical number; the same for ever, whatever else changes."""
        return hashlib.sha256(f"reos.apn.1\0{self.county_fips}\0{self.canonical}".encode()).digest()


@dataclass(frozen=True, slots=True)
class ApnPart:
    """One part of a county's parcel number (see `tables/apn_rules.yml`)."""

    width: int
    default: str | None = None
    letters: bool = False
    fixed: str | None = None

    def pad(self, text: str) -> str | None:
        """Return `text` as wide as the part, or None when it cannot be this part."""
        if not _PART.fullmatch(text) or (text[-1].isalpha() and not self.letters):
            return None
        padded = text.zfill(self.width + text[-1].isalpha())
        if len(padded) != self.width + text[-1].isalpha() or self.fixed not in {None, padded}:
            return None
        return padded


@dataclass(frozen=True)
class ApnRule:
    """How one county writes its numbers."""

    county: str
    source: str
    parts: tuple[ApnPart, ...]
    lost_zeros: bool = False

    @cached_property
    def digits(self) -> int:
        """Digits of a complete number."""
        return sum(part.width for part in self.parts)

    @cached_property
    def is_plain(self) -> bool:
        """Whether every number of `digits` digits is complete: no letter, no fixed part."""
        return not any(part.letters or part.fixed for part in self.parts)

    def is_complete(self, text: str) -> bool:
        """Tell quickly, for most numbers of most files, that `text` is the canonical form already."""
        return self.is_plain and len(text) == self.digits and text.isascii() and text.isdigit()

    @property
    def form(self) -> str:
        """The complete form for messages, as in `999999-9999`."""
        return "-".join("9" * part.width for part in self.parts)


@lru_cache(maxsize=1)
def _rules() -> Mapping[str, ApnRule]:
    table = yaml.safe_load(table_text("apn_rules.yml"))
    return MappingProxyType(
        {
            fips: ApnRule(**(entry | {"parts": tuple(ApnPart(**part) for part in entry["parts"])}))
            for fips, entry in table.items()
        }
    )


def parcel_key(county_fips: str, apn: str) -> ParcelKey:
    """Return the key of parcel `apn` in county `county_fips` (five digits).

    Raises `InvalidInputError` when the county does not exist or the number is none of that county.
    """
    county_name(county_fips)
    text = _checked(apn)
    rule = _rules().get(county_fips)
    if rule is None:
        return ParcelKey(county_fips, regroup(county_fips, text), apn)
    canonical = text if rule.is_complete(text) else _canonical(rule, text)
    if canonical is None:
        raise InvalidInputError(
            f"APN {apn!r} is not a parcel number of {rule.county}.",
            remedy=f"Its numbers have {rule.digits} digits, as in {rule.form}; compare with the county's own record.",
        )
    return ParcelKey(county_fips, canonical, apn)


def _checked(apn: str) -> str:
    """Return the number in upper case with single hyphens, or refuse what is no parcel number anywhere."""
    text = apn.strip().upper()
    if _SPREADSHEET_NUMBER.fullmatch(text):
        raise InvalidInputError(
            f"APN {apn!r} is a number that a spreadsheet has rounded: its digits are lost.",
            remedy="Export the column as text and import it again.",
        )
    text = _SEPARATORS.sub("-", text).strip("-")
    if not _ALLOWED.fullmatch(text) or len(text) > _MAX_LENGTH:
        raise InvalidInputError(
            f"{apn[:_MAX_LENGTH]!r} is not a parcel number.",
            remedy=f"Give letters, digits and separators as the county writes them, {_MAX_LENGTH} at most.",
        )
    if not any(char in "123456789" for char in text):
        raise InvalidInputError(
            f"{apn!r} stands for a missing parcel number: it has no digit but zero.",
            remedy="Leave it out when the number is not known, and give the address.",
        )
    return text


def _canonical(rule: ApnRule, text: str) -> str | None:
    tokens = text.split("-")
    if rule.parts[0].fixed and len(tokens) == len(rule.parts) - 1:
        return _complete(rule, [rule.parts[0].fixed, *tokens])  # NYC's block and lot, padded, in a borough of its own
    return _by_part(rule, tokens) or _complete(rule, tokens) or _restored(rule, tokens)


def _by_part(rule: ApnRule, tokens: Sequence[str]) -> str | None:
    """One token a part, the last ones left out where they have a default: `3-27-14`."""
    if len(tokens) == 1 and len(rule.parts) > 1:
        return None
    defaults = [part.default for part in rule.parts[len(tokens) :]]
    if len(tokens) > len(rule.parts) or None in defaults:
        return None
    padded = [part.pad(token) for part, token in zip(rule.parts, tokens, strict=False)]
    whole = [*padded, *defaults]
    return "".join(text for text in whole if text) if None not in whole else None


def _complete(rule: ApnRule, tokens: Sequence[str]) -> str | None:
    """All digits are there, and separators stand only between parts: `005 038500400`, `7129300520`."""
    text = "".join(tokens)
    pieces: list[str] = []
    boundaries = set()
    position = 0
    for part in rule.parts:
        end = position + part.width
        end += part.letters and text[end : end + 1].isalpha()
        pieces.append(text[position:end])
        boundaries.add(end)
        position = end
    padded = [
        part.pad(piece) if len(piece) >= part.width else None for part, piece in zip(rule.parts, pieces, strict=True)
    ]
    ends = {sum(map(len, tokens[: index + 1])) for index in range(len(tokens))}
    return text if None not in padded and position == len(text) and ends <= boundaries else None


def _restored(rule: ApnRule, tokens: Sequence[str]) -> str | None:
    """A bare number that lost its leading zeros."""
    if not rule.lost_zeros or len(tokens) != 1 or not tokens[0].isdigit():
        return None
    return _complete(rule, [tokens[0].zfill(rule.digits)])
