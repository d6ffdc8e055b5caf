"""The true state of the invented county, parcel by parcel: a pure function of (seed, parcel number).

Providers never show this directly: `county_view`, `attom_view` and `regrid_view` each blur it their own way. Any ten
digits are a parcel, so a lead from a real file gets invented but consistent facts; `county_apns` lists the parcels that
the county counts as its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from math import exp

from reos_local.sandbox import lookup, market
from reos_local.sandbox.draws import Draws
from reos_local.sandbox.house import VACANT, House, house
from reos_local.sandbox.numbering import DIGITS, apn_at, position_of
from reos_local.sandbox.owners import Mailing, Owner, mailing, owner
from reos_local.sandbox.places import Place, index_by_zip, places
from reos_local.sandbox.streets import NAMED_KINDS, Street, address_at, ordinal, position_at, street_names

COUNTY_SIZE = 5_000
ROLL_YEAR = 2026


@dataclass(frozen=True, slots=True)
class Parcel:
    """Everything true of one parcel on the market day; `address` is None where its street is not in the grid."""

    apn: str
    address: str | None
    place: Place
    latitude: float
    longitude: float
    house: House
    value: int
    land_value: int
    improvement_value: int
    sales: tuple[market.Sale, ...]
    owners: tuple[Owner, ...]
    mailing: Mailing

    @property
    def vacant(self) -> bool:
        """Whether no building stands on it."""
        return self.house.use == VACANT


def _appraise(draws: Draws, building: House, worth: float) -> tuple[int, int]:
    """Return the county's (land, improvement) values: near 92 % of the market, in thousands of dollars."""
    total = worth * 0.92 * exp(draws.normal("appraisal", 0.08))
    share = 1.0 if building.use == VACANT else 0.42 + draws.normal("land.share", 0.08)
    land = round(total * share / 1000) * 1000
    return land, max(0, round(total / 1000) * 1000 - land)


@lru_cache(maxsize=10_000)
def parcel(seed: int, apn: str) -> Parcel:
    """Return the parcel with the ten-digit number `apn`; `ValueError` for anything else."""
    if len(apn) != DIGITS or not (apn.isascii() and apn.isdecimal()):
        raise ValueError(f"A parcel number is {DIGITS} digits, not {apn!r}.")
    place, address = address_at(position_of(seed, apn))
    draws = Draws(seed, apn)
    latitude = round(place.latitude + draws.normal("latitude", place.spread * 0.6, 2.0), 6)
    longitude = round(place.longitude + draws.normal("longitude", place.spread * 0.8, 2.0), 6)
    building = house(draws, place)
    worth = market.value(draws, place, building, latitude, longitude) * (0.45 if building.use == VACANT else 1.0)
    sold = market.sales(draws, building, worth)
    held_by = tuple(owner(draws, tenure) for tenure in range(len(sold) + 1))
    land, improvements = _appraise(draws, building, worth)
    return Parcel(
        apn, address, place, latitude, longitude, building, round(worth), land, improvements, sold, held_by,
        mailing(draws, held_by[0]),
    )  # fmt: skip


def parcel_at(seed: int, line: str, locality: str) -> Parcel | None:
    """Return the parcel at a street line and its `CITY, ST ZIP`; None outside the county and for no address at all."""
    situs = lookup.find(line, locality)
    if situs is None:
        return None
    found = parcel(seed, apn_at(seed, situs.position))
    return found if found.address else replace(found, address=situs.line)


def _quadrant_street(draws: Draws, place: Place) -> Street:
    if draws.chance("street.named", 0.22):
        return Street(draws.pick("street.name", street_names()), draws.pick("street.kind", NAMED_KINDS))
    kind = draws.weighted("street.ordinal.kind", (("ST", 46), ("AVE", 46), ("PL", 8)))
    return Street(ordinal(draws.whole("street.ordinal", 2, 195)), kind, place.quadrant)


def enumerate_county(seed: int) -> Iterator[str]:
    """Yield the county's parcels without end, each once, more of them where more houses are sold."""
    weights = [(place, float(place.weight)) for place in places()]
    seen: set[int] = set()
    step = 0
    while True:
        draws = Draws(seed, f"county.{step}")
        step += 1
        place = draws.weighted("place", weights)
        number = draws.whole("house", 100, 9_899 if place.city == "Seattle" else 19_999)
        position = position_at(index_by_zip()[place.zip5], number, _quadrant_street(draws, place))
        if position not in seen:
            seen.add(position)
            yield apn_at(seed, position)


@lru_cache(maxsize=16)
def county_apns(seed: int, count: int = COUNTY_SIZE) -> tuple[str, ...]:
    """Return the first `count` of the county's own parcels; a larger `count` only adds at the end."""
    return tuple(islice(enumerate_county(seed), count))


@lru_cache(maxsize=4)
def object_ids(seed: int) -> dict[str, int]:
    """Return the county layer's object ids, from 1, of its own parcels."""
    return {apn: position for position, apn in enumerate(county_apns(seed), start=1)}
