"""Homes that a source calls one parcel. Pure: says what to merge and what to ask, as `matching` does for a block.

A parcel number that a source states of an address is as good as one that a lead states, if nothing else that the two
sides say speaks against it: then it is one home. Where it does, or a third home is called that parcel too, a person
decides.
"""

from collections.abc import Sequence
from itertools import combinations, product
from uuid import UUID

from reos.address import block_key
from reos.address.compare import Comparison, Verdict, compare
from reos.property.matching import Findings, Home, are_apart, finding

_ONE = "A source says that they are one parcel, and nothing that they say speaks against it."
_DOUBT = "A source says that they are one parcel, but their addresses do not say so."
_MANY = "A source says that they are one parcel, but of others as well."
_DISPUTED = "A source says that they are one parcel, and another source names another parcel."
_SEVERITY = (Verdict.DIFFERENT, Verdict.UNSURE, Verdict.SAME)
_SILENT = Comparison(Verdict.SAME, ())


def match_parcel(homes: Sequence[Home], kept_apart: set[frozenset[UUID]]) -> Findings:
    """Compare all homes that are called one parcel, of which at least one is new; pairs of known ones are left alone.

    `kept_apart` holds pairs of property ids that a person decided to be two homes.
    """
    found = Findings()
    standing = sorted(homes, key=lambda home: home.age)
    for older, younger in combinations(standing, 2):
        if not (older.is_new or younger.is_new) or are_apart(older, younger, kept_apart):
            continue
        comparison = _addresses(younger, older)
        doubt = _doubt(comparison, standing)
        outcome = found.questions if doubt else found.merges
        outcome.append(finding(younger, older, comparison, doubt or _ONE))
    return found


def _doubt(comparison: Comparison, homes: Sequence[Home]) -> str | None:
    """Return what speaks against a merge of two among `homes`, or None."""
    if comparison.verdict is not Verdict.SAME:
        return _DOUBT
    if len(homes) > 2:  # noqa: PLR2004 - more than these two
        return _MANY
    return _DISPUTED if any(len(_found_parcels(home)) > 1 for home in homes) else None


def _found_parcels(home: Home) -> set[tuple[str, str]]:
    return {each.parcel for each in home.writings if each.found_by and each.parcel}


def _addresses(one: Home, other: Home) -> Comparison:
    """Return the comparison of their addresses that tells most; SAME without a field when either has none."""
    sides = [[each.address for each in home.writings if block_key(each.address)] for home in (one, other)]
    compared = [compare(left, right) for left, right in product(*sides)]
    return min(compared, key=lambda item: _SEVERITY.index(item.verdict), default=_SILENT)
