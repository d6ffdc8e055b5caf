"""The fields of two addresses side by side: the rules that say whether they agree, and what a person reads of it.

A field that one side leaves out is `missing` where people leave it out (direction, street type, ZIP code); a missing
unit is `doubtful`, because a condominium is not its building. Only what both sides state can be a `conflict`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from reos.address.compare_evidence import Evidence, Outcome
from reos.address.compare_number import compare_numbers
from reos.address.compare_street import compare_streets, is_name_in_full
from reos.address.pub28 import UNITS
from reos.address.unit import BARE_DESIGNATOR, Unit, unit_key
from reos.address.value import Address, Components

_MEMO_SIZE = 50_000
_OPPOSITES = frozenset({frozenset("NS"), frozenset("EW"), frozenset({"NE", "SW"}), frozenset({"NW", "SE"})})


def compare_fields(left: Components, right: Components, *, same_place: bool) -> Iterator[Evidence]:
    """Yield the evidence of every field that either side states, house number first and place last."""
    if left.box or right.box:
        yield Evidence("box", left.box, right.box, Outcome.EQUAL if left.box == right.box else Outcome.CONFLICT)
    else:
        yield Evidence("house number", left.number, right.number, compare_numbers(left, right))
        yield from _street(left, right)
    if left.units or right.units:
        yield compare_units(left.units, right.units)
    yield Evidence("place", _place_text(left), _place_text(right), _places(left, right, same_place=same_place))


def _street(left: Components, right: Components) -> Iterator[Evidence]:
    ways, (name, kind) = _directions(left, right), compare_streets(left, right)
    if any(char.isdigit() for char in left.street + right.street):
        ways, kind = _on_a_grid(ways, kind, directed=bool(_direction_text(left)))
    before, after = _direction_text(left), _direction_text(right)
    if before or after:
        yield Evidence("direction", before, after, ways)
    (one, one_type), (other, other_type) = _name_and_type(left, right), _name_and_type(right, left)
    yield Evidence("street name", one, other, name)
    if one_type or other_type:
        yield Evidence("street type", one_type, other_type, kind)


def _on_a_grid(ways: Outcome, kind: Outcome, *, directed: bool) -> tuple[Outcome, Outcome]:
    """Numbered streets come as E and W 9TH, as 67TH ST, PL, RD and DR: there a part left out leaves a doubt.

    Only `W 79TH` is `W 79TH ST`, because the direction is stated and the same.
    """
    if ways is Outcome.MISSING:
        return Outcome.DOUBTFUL, kind
    told = directed and ways in {Outcome.EQUAL, Outcome.COMPATIBLE}
    return ways, Outcome.DOUBTFUL if kind is Outcome.MISSING and not told else kind


def _name_and_type(parts: Components, beside: Components) -> tuple[str, str]:
    """Show `COTTAGE GRV` as a name without type beside `COTTAGE GROVE AVE`."""
    return (f"{parts.street} {parts.suffix}", "") if is_name_in_full(parts, beside) else (parts.street, parts.suffix)


def _direction_text(parts: Components) -> str:
    """`N`, `N ... W`, `... W`: before and after the name."""
    return f"{parts.predirection} ... {parts.postdirection}".strip() if parts.postdirection else parts.predirection


def _directions(left: Components, right: Components) -> Outcome:
    """Compare before with before and after with after; one that moved to the other side of the name is the same."""
    if (left.predirection, left.postdirection) == (right.predirection, right.postdirection):
        return Outcome.EQUAL
    stated = [(one, other) for one, other in zip(_ends(left), _ends(right), strict=True) if one and other]
    if any(one != other for one, other in stated):
        return Outcome.CONFLICT
    alone = [[word for word in _ends(parts) if word] for parts in (left, right)]
    if stated or not all(alone):
        return Outcome.DOUBTFUL if _stands_alone(left) and _stands_alone(right) else Outcome.MISSING
    return _moved(alone[0][0], alone[1][0])


def _stands_alone(parts: Components) -> bool:
    """BROADWAY has no type that tells it from another street, so W BROADWAY is another street."""
    return not parts.suffix and parts.street.endswith("WAY")


def _ends(parts: Components) -> tuple[str, str]:
    return parts.predirection, parts.postdirection


def _moved(one: str, other: str) -> Outcome:
    """`S IVERSON AVE` and `IVERSON AVE S`; but `S 3RD ST` and `3RD ST W` may both be `S 3RD ST W`."""
    if one == other:
        return Outcome.COMPATIBLE
    return Outcome.CONFLICT if frozenset({one, other}) in _OPPOSITES else Outcome.DOUBTFUL


@lru_cache(maxsize=_MEMO_SIZE)
def compare_units(left: tuple[Unit, ...], right: tuple[Unit, ...]) -> Evidence:
    """Return the evidence of two homes' units; remembered, because a large building asks for every pair."""
    return Evidence("unit", _unit_text(left), _unit_text(right), _unit_outcome(left, right))


def _unit_text(units: tuple[Unit, ...]) -> str:
    return Address("", Components(units=units)).unit


def _unit_outcome(left: Sequence[Unit], right: Sequence[Unit]) -> Outcome:
    """Equal keys are one home. A unit that one side leaves out, or names by another word, leaves a doubt."""
    if unit_key(left) == unit_key(right):
        return Outcome.EQUAL if left == right else Outcome.COMPATIBLE
    if not (left and right):
        return Outcome.DOUBTFUL
    one, other = _by_kind(left), _by_kind(right)
    if any(one[kind] != other[kind] for kind in one.keys() & other.keys()):
        return Outcome.CONFLICT
    identifiers, others = set(one.values()), set(other.values())
    return Outcome.DOUBTFUL if identifiers <= others or others <= identifiers else Outcome.CONFLICT


def _by_kind(units: Sequence[Unit]) -> Mapping[str, str]:
    """Return identifiers without leading zeros by designator; APT, UNIT and # are one kind."""
    return {
        "" if UNITS[unit.designator].generic else unit.designator: (
            unit_key([Unit(BARE_DESIGNATOR, unit.identifier.lstrip("0"))]) or unit.designator
        )
        for unit in units
    }


def _place_text(parts: Components) -> str:
    return Address("", parts).last_line


def _places(left: Components, right: Components, *, same_place: bool) -> Outcome:
    """Within a ZIP code a delivery line is unique; without one, city and state tell the place.

    Two ZIP codes under one city leave a doubt (one may be mistyped), and so do two city names without ZIP codes (a
    place has several). `same_place` is the caller's word for what the sides leave out, never against what they state.
    """
    if left.state and right.state and left.state != right.state:
        return Outcome.CONFLICT
    same_city = bool(left.city) and left.city == right.city
    if left.zip5 and right.zip5:
        if left.zip5 == right.zip5:
            return Outcome.EQUAL
        return Outcome.DOUBTFUL if same_city else Outcome.CONFLICT
    if same_city and left.state and right.state:
        return Outcome.MISSING if left.zip5 or right.zip5 else Outcome.EQUAL
    aliases = left.city and right.city and _short_city(left.city) != _short_city(right.city)
    return Outcome.COMPATIBLE if same_place and not aliases else Outcome.DOUBTFUL


def _short_city(city: str) -> str:
    """`NEW YORK CITY` as `NEW YORK`; only where the caller vouches: Union and Union City, NJ, are two places."""
    return city.removesuffix(" CITY")
