"""Is an answer about the property that was asked about? Landing one that is about another would be a lie about both."""

from collections.abc import Sequence
from dataclasses import dataclass

from reos.connectors.contract import LookupRequest

_SHORTEST_SHARED = 6


@dataclass(frozen=True)
class Named:
    """What an answer says it is about; None and the empty tuple where it is silent."""

    county_fips: str | None = None
    parcels: tuple[str, ...] = ()
    address_line: str | None = None
    state: str | None = None
    zip5: str | None = None

    @property
    def silent(self) -> bool:
        """Whether the answer does not say at all what it is about."""
        return not (self.county_fips or self.parcels or self.zip5 or self.state)


def contradiction(request: LookupRequest, named: Named) -> str | None:
    """Return what speaks against the answer being about `request` (as `county 53061 instead of 53033`), or None.

    What was asked by parcel is judged by county and number, what was asked otherwise by house number and ZIP code, or
    by the state where a ZIP code is missing.
    """
    if _differ(request.county_fips, named.county_fips):
        return f"county {named.county_fips} instead of {request.county_fips}"
    if request.apn and request.county_fips:
        return _other_parcel(request.apn, named.parcels)
    if _differ(request.zip5, named.zip5):
        return f"ZIP code {named.zip5} instead of {request.zip5}"
    if not (request.zip5 and named.zip5) and _differ(request.state, named.state):
        return f"state {named.state} instead of {request.state}"
    asked, got = house_numbers(request.address_line), house_numbers(named.address_line)
    return f"house number {min(got)} instead of {min(asked)}" if asked and got and not asked & got else None


def same_parcel(one: str, other: str) -> bool:
    """Tell whether two writings can be the same parcel number of one county.

    Punctuation, letter case and leading zeros do not count; one may have a district's code in front (as New York's
    rolls do) or zeros for a unit behind, when at least six characters are shared.
    """
    shorter, longer = sorted((_bare(one), _bare(other)), key=len)
    if shorter == longer:
        return True
    rest = longer.removeprefix(shorter) if longer.startswith(shorter) else None
    return len(shorter) >= _SHORTEST_SHARED and (longer.endswith(shorter) or (rest is not None and not rest.strip("0")))


def house_numbers(line: str | None) -> frozenset[str]:
    """Return the writings of the house number that a street line begins with: of `45-12 MAIN ST` both 45 and 4512."""
    word = (line or "").split(" ", 1)[0]
    parts = word.split("-")
    if not all(part.isascii() and part.isdigit() for part in parts):
        digits = word[: len(word) - len(word.lstrip("0123456789"))]
        return frozenset({digits.lstrip("0")} - {""})
    return frozenset(number.lstrip("0") for number in (*parts, "".join(parts))) - {""}


def _differ(asked: str | None, got: str | None) -> bool:
    return bool(asked and got) and str(asked).upper() != str(got).upper()


def _other_parcel(asked: str, got: Sequence[str]) -> str | None:
    if not got or any(same_parcel(asked, number) for number in got):
        return None
    return f"parcel {got[0]} instead of {asked}"


def _bare(number: str) -> str:
    kept = "".join(character for character in number.upper() if character.isalnum())
    return kept.lstrip("0") or kept
