"""The building and the lot: facts drawn round what is typical of the ZIP code, and consistent with one another."""

from dataclasses import dataclass
from math import exp, log

from reos_local.sandbox.draws import Draws
from reos_local.sandbox.places import Place

SINGLE_FAMILY = "SINGLE FAMILY(RES USE/ZONE)"
VACANT = "VACANT(SINGLE-FAMILY)"
_USES = ((SINGLE_FAMILY, 880), ("TOWNHOUSE PLAT", 68), ("DUPLEX", 32), ("TRIPLEX", 10), (VACANT, 10))
_LAST_YEAR = 2024
_TWO_STOREY_ERA, _OLD, _STURDY, _PRE_WAR = 1975, 1985, 1995, 1945
_LARGE_SQFT = 2300


@dataclass(frozen=True, slots=True)
class House:
    """One parcel's physical facts. A vacant lot has zeros; `year_renovated` 0 means never; King County's grades."""

    use: str
    beds: int
    baths: float
    living_sqft: int
    basement_sqft: int
    lot_sqft: int
    floors: float
    year_built: int
    year_renovated: int
    grade: int
    typical_grade: int
    condition: int
    view: int
    waterfront: bool
    living_sqft_nearby: int
    lot_sqft_nearby: int


def _tens(amount: float) -> int:
    return round(amount / 10) * 10


def _quarter(amount: float) -> float:
    return round(amount * 4) / 4


def _floors(draws: Draws, year_built: int, living_sqft: int) -> float:
    two = 0.2 + (0.35 if year_built > _TWO_STOREY_ERA else 0.0) + (0.25 if living_sqft > _LARGE_SQFT else -0.1)
    if draws.chance("floors.two", min(two, 0.92)):
        return 3.0 if draws.chance("floors.three", 0.06) else 2.0
    return 1.5 if year_built < _PRE_WAR and draws.chance("floors.half", 0.45) else 1.0


def _condition(draws: Draws, year_built: int) -> int:
    if year_built > _STURDY:
        return 3
    return draws.weighted("condition", ((1, 2), (2, 12), (3, 560), (4, 320), (5, 106)))


def house(draws: Draws, place: Place) -> House:
    """Return the house of one parcel in `place`."""
    use = draws.weighted("use", _USES)
    lot_sqft = _tens(min(400_000.0, place.lot_sqft * exp(draws.normal("lot", 0.45))))
    nearby_lot = _tens(place.lot_sqft * exp(0.5 * log(lot_sqft / place.lot_sqft) + draws.normal("lot.nearby", 0.15)))
    typical_grade = max(6, min(9, round(7 + log(place.living_sqft / 1800) * 3.0)))
    if use == VACANT:
        nearby = _tens(place.living_sqft * exp(draws.normal("sqft.nearby", 0.12)))
        return House(use, 0, 0.0, 0, 0, lot_sqft, 0.0, 0, 0, 0, typical_grade, 3, 0, waterfront=False,
                     living_sqft_nearby=nearby, lot_sqft_nearby=nearby_lot)  # fmt: skip
    size = draws.normal("sqft", 0.33)
    living_sqft = max(420, _tens(place.living_sqft * exp(size)))
    year_built = max(1900, min(_LAST_YEAR, round(place.year_built + draws.normal("year", 17.0))))
    water = draws.chance("waterfront", 0.008)
    basement = _tens(living_sqft * draws.whole("basement.share", 15, 45) / 100) if draws.chance("basement", 0.39) else 0
    old = year_built < _OLD
    return House(
        use=use,
        beds=max(1, min(8, round(3.35 + size * 2.1 + draws.normal("beds", 0.55)))),
        baths=max(1.0, _quarter(1.0 + living_sqft / 1900 + (year_built - 1960) / 90 + draws.normal("baths", 0.35))),
        living_sqft=living_sqft,
        basement_sqft=basement,
        lot_sqft=max(lot_sqft, _tens(living_sqft * 0.55)),
        floors=_floors(draws, year_built, living_sqft),
        year_built=year_built,
        year_renovated=draws.whole("renovated.year", 1990, _LAST_YEAR)
        if old and draws.chance("renovated", 0.07)
        else 0,
        grade=max(4, min(13, round(typical_grade + size * 1.8 + draws.normal("grade", 0.6)))),
        typical_grade=typical_grade,
        condition=_condition(draws, year_built),
        view=4 if water else draws.weighted("view", ((0, 902), (1, 15), (2, 45), (3, 24), (4, 14))),
        waterfront=water,
        living_sqft_nearby=_tens(place.living_sqft * exp(0.45 * size + draws.normal("sqft.nearby", 0.12))),
        lot_sqft_nearby=nearby_lot,
    )
