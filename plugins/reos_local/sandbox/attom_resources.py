"""ATTOM's other datasets, each the part of a profile that the provider's endpoint gives, in that endpoint's casing."""

from collections.abc import Callable, Mapping
from datetime import date
from math import exp
from typing import Any

from reos_local.sandbox.attom_view import LAST_DEED, VINTAGE, Section, profile
from reos_local.sandbox.draws import Draws, number
from reos_local.sandbox.market import Sale
from reos_local.sandbox.world import Parcel

VALUED_ON = date(2026, 10, 20)
_NO_VALUE = 0.06
_KEPT_CASE = frozenset({"absenteeInd", "propLandUse", "propIndicator", "sizeInd", "roomsTotal", "unitsCount"})

View = Callable[[int, Parcel], Section | None]


def _lowered(section: Mapping[str, Any]) -> Section:
    """Return a section as the older endpoints write it: lower-case keys, with the exceptions they are known for."""
    return {
        key if key in _KEPT_CASE else key.lower(): _lowered(value) if isinstance(value, dict) else value
        for key, value in section.items()
    }


def _detail(seed: int, true: Parcel) -> Section:
    whole = profile(seed, true)
    lowered = {name: _lowered(whole[name]) for name in ("lot", "area", "summary", "utilities", "building")}
    lowered["summary"]["propIndicator"] = str(lowered["summary"]["propIndicator"])
    return {**{name: whole[name] for name in ("identifier", "address", "location", "vintage")}, **lowered}


def basic_profile(seed: int, true: Parcel) -> Section:
    """Return `/property/basicprofile`: the profile without what only the expanded one adds to a sale."""
    whole = profile(seed, true)
    sale = {key: value for key, value in whole["sale"].items() if key not in {"amount", "sequenceSaleHistory"}}
    return {**whole, "sale": sale}


def detail_owner(seed: int, true: Parcel) -> Section:
    """Return `/property/detailowner`: lower-case keys, the owner at the top."""
    return {**_detail(seed, true), "owner": _lowered(profile(seed, true)["assessment"]["owner"])}


def assessment(seed: int, true: Parcel) -> Section:
    """Return `/assessment/detail`: lower-case keys, the values without owner and mortgage."""
    assessed = profile(seed, true)["assessment"]
    kept = {name: assessed[name] for name in ("appraised", "assessed", "calculations", "market", "tax")}
    return {**_detail(seed, true), "assessment": _lowered(kept)}


def _transfer(draws: Draws, true: Parcel, sale: Sale, step: int) -> Section:
    undisclosed = draws.chance("attom.undisclosed" if step == 0 else f"attom.undisclosed.{step}", 0.05)
    sqft = true.house.living_sqft
    return {
        "saleSearchDate": sale.day.isoformat(),
        "saleTransDate": f"{sale.day.year}-{sale.day.month}-{sale.day.day}",
        "amount": {
            "saleamt": 0 if undisclosed else sale.price,
            "salerecdate": sale.day.isoformat(),
            "saledisclosuretype": 0,
            "saledoctype": "DEED",
            "saledocnum": sale.day.strftime("%Y%m%d") + f"{number('deed', sale.day, sale.price) % 2000:06d}",
            "saletranstype": "Nominal/Quit Claim" if undisclosed else "Resale",
        },
        "calculation": {"pricepersizeunit": round(sale.price / sqft, 2)} if sqft and not undisclosed else {},
        "vintage": {"lastModified": VINTAGE},
    }


def sales_history(seed: int, true: Parcel) -> Section:
    """Return `/saleshistory/detail`: every transfer that ATTOM has seen, latest first."""
    draws, whole = Draws(seed, true.apn), _detail(seed, true)
    known = [sale for sale in true.sales if sale.day <= LAST_DEED]
    kept = {name: whole[name] for name in ("identifier", "address", "location", "summary", "building", "vintage")}
    return {**kept, "salehistory": [_transfer(draws, true, sale, step) for step, sale in enumerate(known)]}


def avm(seed: int, true: Parcel) -> Section | None:
    """Return `/attomavm/detail`: an estimate some 6 % off the true value with its range, or None where it has none."""
    draws = Draws(seed, true.apn)
    if true.vacant or draws.chance("attom.no_value", _NO_VALUE):
        return None
    value = round(true.value * exp(draws.normal("attom.value", 0.06)))
    score = draws.whole("attom.score", 62, 98)
    spread = round(value * (100 - score) / 200)
    whole = profile(seed, true)
    return {
        **{name: whole[name] for name in ("identifier", "address", "location")},
        "avm": {
            "eventDate": VALUED_ON.isoformat(),
            "amount": {
                "scr": score,
                "value": value,
                "high": value + spread,
                "low": value - spread,
                "valueRange": spread,
            },
            "calculations": {"perSizeUnit": round(value / true.house.living_sqft), "rangePctOfValue": 100 - score},
        },
    }


RESOURCES: Mapping[str, View] = {
    "/property/expandedprofile": profile,
    "/property/basicprofile": basic_profile,
    "/property/detailowner": detail_owner,
    "/assessment/detail": assessment,
    "/saleshistory/detail": sales_history,
    "/attomavm/detail": avm,
}
