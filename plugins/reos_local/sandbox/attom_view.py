"""ATTOM's view of the world: last year's rolls, disagreeing with the county as often as real extracts do.

Two independent extracts of King County's rolls differ on living area in 10 % of parcels, on bedrooms in 9 % and on
bathrooms in 12 %; those are the rates here. The object has the keys of `/property/expandedprofile`, whose casing is
mixed on purpose: most of it is camelCase, the per-unit figures are lower case, as the provider sends them.
"""

from datetime import date
from functools import lru_cache
from typing import Any

from reos_local.sandbox.draws import Draws, number
from reos_local.sandbox.house import SINGLE_FAMILY, VACANT
from reos_local.sandbox.market import Sale
from reos_local.sandbox.places import COUNTY_FIPS, COUNTY_NAME, STATE
from reos_local.sandbox.world import ROLL_YEAR, Parcel, parcel

LAST_DEED = date(2026, 5, 31)
VINTAGE = "2026-06-15"
_SQFT_PER_ACRE = 43_560
_TYPES = {
    SINGLE_FAMILY: ("SFR", "Single Family Residence / Townhouse", 10),
    "TOWNHOUSE PLAT": ("TOWNHOUSE/ROWHOUSE", "Single Family Residence / Townhouse", 11),
    "DUPLEX": ("DUPLEX", "Duplex, Triplex, Quadplex", 21),
    "TRIPLEX": ("TRIPLEX", "Duplex, Triplex, Quadplex", 22),
    VACANT: ("RESIDENTIAL ACREAGE", "Vacant", 80),
}
_CONDITIONS = {1: "POOR", 2: "FAIR", 3: "AVERAGE", 4: "GOOD", 5: "EXCELLENT"}

Section = dict[str, Any]


def attom_id(apn: str) -> int:
    """Return ATTOM's stable identifier of a parcel."""
    return 150_000_000 + number("attom", apn) % 100_000_000


def is_known(seed: int, apn: str) -> bool:
    """Whether ATTOM has the parcel at all; about 3 % are unknown to it."""
    return not Draws(seed, apn).chance("attom.unknown", 0.03)


def _identity(true: Parcel) -> Section:
    number_ = attom_id(true.apn)
    return {"Id": number_, "fips": COUNTY_FIPS, "apn": f"{true.apn[:6]}-{true.apn[6:]}", "attomId": number_}


def _address(true: Parcel) -> Section:
    line1, city = true.address or "", true.place.city.upper()
    line2 = f"{city}, {STATE} {true.place.zip5}"
    house, _, street = line1.partition(" ")
    return {
        "country": "US",
        "countrySubd": STATE,
        "line1": line1,
        "line2": line2,
        "locality": city,
        "matchCode": "ExaStr",
        "oneLine": f"{line1}, {line2}" if line1 else line2,
        "postal1": true.place.zip5,
        "postal2": f"{number('zip4', true.apn) % 9000 + 1000}",
        "postal3": f"C{number('route', true.apn) % 90 + 1:03d}",
        "stateFips": COUNTY_FIPS[:2],
        "situsHouseNumber": house,
        "situsStreetName": street,
    }


def _location(true: Parcel) -> Section:
    return {
        "accuracy": "Rooftop",
        "latitude": f"{true.latitude:.6f}",
        "longitude": f"{true.longitude:.6f}",
        "distance": 0,
        "geoid": f"CO{COUNTY_FIPS}, ZI{true.place.zip5}",
        "geoIdV4": {"CO": f"{number('geo', COUNTY_FIPS):032x}", "ZI": f"{number('geo', true.place.zip5):032x}"},
    }


def _size(draws: Draws, true: Parcel) -> int:
    exact = true.house.living_sqft
    if not draws.chance("attom.sqft", 0.10):
        return exact
    share = draws.whole("attom.sqft.by", 2, 14) / 100
    return max(300, round(exact * (1 + (share if draws.chance("attom.sqft.more", 0.5) else -share))))


def _beds(draws: Draws, true: Parcel) -> int:
    if not draws.chance("attom.beds", 0.09):
        return true.house.beds
    return true.house.beds + (1 if true.house.beds == 1 or draws.chance("attom.beds.more", 0.5) else -1)


def _baths(draws: Draws, true: Parcel) -> float:
    if not draws.chance("attom.baths", 0.12):
        return true.house.baths
    step = draws.pick("attom.baths.by", (0.25, 0.5, 0.75, 1.0))
    return true.house.baths + (step if true.house.baths <= step or draws.chance("attom.baths.more", 0.5) else -step)


def _building(draws: Draws, true: Parcel, sqft: int) -> Section:
    if true.vacant:
        return {"size": {}, "rooms": {}, "interior": {}, "construction": {}, "parking": {}, "summary": {}}
    baths = _baths(draws, true)
    rooms: Section = {"bathsFull": int(baths), "bathsTotal": baths}
    if not draws.chance("attom.no_beds", 0.04):
        rooms["beds"] = _beds(draws, true)
    return {
        "size": {
            "bldgSize": sqft,
            "grossSizeAdjusted": sqft,
            "livingSize": sqft,
            "sizeInd": "LIVING SQFT",
            "universalSize": sqft,
        },
        "rooms": rooms,
        "interior": {"bsmtSize": true.house.basement_sqft} if true.house.basement_sqft else {},
        "construction": {"condition": _CONDITIONS[true.house.condition]}
        if draws.chance("attom.condition", 0.7)
        else {},
        "parking": {},
        "summary": {
            "levels": true.house.floors,
            "view": "VIEW - NONE" if not true.house.view else "VIEW - TYPE NOT SPECIFIED",
        },
    }


def _summary(draws: Draws, true: Parcel) -> Section:
    kind, group, indicator = _TYPES[true.house.use]
    seen: Section = {
        "absenteeInd": "OWNER OCCUPIED" if true.mailing.at_situs else "ABSENTEE(MAIL AND SITUS NOT =)",
        "propClass": group,
        "propSubType": "Residential",
        "propType": kind,
        "propLandUse": kind,
        "propIndicator": indicator,
    }
    if not true.vacant and not draws.chance("attom.no_year", 0.03):
        seen["yearBuilt"] = true.house.year_built
    return seen


def _sale(known: list[Sale], draws: Draws, sqft: int) -> Section:
    if not known:
        return {}
    latest = known[0]
    undisclosed = draws.chance("attom.undisclosed", 0.05)
    amount = {
        "saleAmt": 0 if undisclosed else latest.price,
        "saleRecDate": latest.day.isoformat(),
        "saleDisclosureType": 0,
        "saleDocNum": latest.day.strftime("%Y%m%d") + f"{number('deed', latest.day, latest.price) % 2000:06d}",
        "saleTransType": "Nominal/Quit Claim" if undisclosed else "Resale",
    }
    sold: Section = {
        "saleSearchDate": latest.day.isoformat(),
        "saleTransDate": latest.day.isoformat(),
        "transactionIdent": f"{number('transaction', latest.day, latest.price) % 10**9:09d}",
        "saleAmountData": amount,
        "sequenceSaleHistory": 1,
        "amount": amount,
    }
    if sqft and not undisclosed:
        sold["calculation"] = {"pricePerSizeUnit": round(latest.price / sqft, 2)}
    return sold


def _owner(true: Parcel, tenure: int) -> Section:
    who = true.owners[tenure]
    city = f"{true.place.city}, {STATE} {true.place.zip5}".upper()
    away = f"{true.mailing.line}, {true.mailing.city}, {true.mailing.state} {true.mailing.zip5}"
    name: Section = {"fullName": who.roll_name, "lastName": f"{who.company or who.family} "}
    if who.given:
        name["firstNameAndMi"] = f"{who.given} "
    seen: Section = {
        "corporateIndicator": "Y" if who.company or who.trust else "N",
        "owner1": name,
        "owner2": {},
        "owner3": {},
        "owner4": {},
        "absenteeOwnerStatus": "O" if true.mailing.at_situs else "A",
    }
    if not true.mailing.at_situs or true.address:
        seen["mailingAddressOneLine"] = f"{true.address}, {city}" if true.mailing.at_situs else away
    return seen


def _assessment(draws: Draws, true: Parcel, tenure: int, sqft: int) -> Section:
    """Return last year's values: 4 % below the present roll, in the same proportion."""
    improvements, land = (round(value * 0.96 / 1000) * 1000 for value in (true.improvement_value, true.land_value))
    assessed: Section = {"assdImprValue": improvements, "assdLandValue": land, "assdTtlValue": improvements + land}
    market = {"mktImprValue": improvements, "mktLandValue": land, "mktTtlValue": improvements + land}
    if sqft:
        assessed["assdttlpersizeunit"] = round((improvements + land) / sqft, 2)
    return {
        "appraised": {},
        "assessed": assessed,
        "market": market,
        "tax": {
            "taxAmt": round((improvements + land) * draws.whole("tax.rate", 88, 118) / 10_000, 2),
            "taxYear": ROLL_YEAR - 1,
            "exemption": {},
            "exemptiontype": {"Homeowner": "Y"} if true.mailing.at_situs else {},
        },
        "improvementPercent": round(100 * improvements / (improvements + land)),
        "owner": _owner(true, tenure),
        "mortgage": {"FirstConcurrent": {"amount": 0}, "SecondConcurrent": {"amount": 0}},
        "calculations": {"calcimprind": "ASSESSED VALUE", "calcttlvalue": improvements + land},
    }


def _lot(true: Parcel) -> Section:
    square_feet = true.house.lot_sqft
    return {"lotSize1": round(square_feet / _SQFT_PER_ACRE, 4), "lotSize2": square_feet, "zoningType": "Residential"}


def profile(seed: int, true: Parcel) -> Section:
    """Return the `property[0]` object of `/property/expandedprofile` for a parcel."""
    draws = Draws(seed, true.apn)
    known = [sale for sale in true.sales if sale.day <= LAST_DEED]
    tenure = len(true.sales) - len(known)
    sqft = 0 if true.vacant else _size(draws, true)
    return {
        "identifier": _identity(true),
        "lot": _lot(true),
        "area": {"countrySecSubd": COUNTY_NAME, "munName": true.place.city.upper()},
        "address": _address(true),
        "location": _location(true),
        "summary": _summary(draws, true),
        "utilities": {"heatingType": "FORCED AIR"} if draws.chance("attom.heating", 0.6) else {},
        "sale": _sale(known, draws, sqft),
        "building": _building(draws, true, sqft),
        "assessment": _assessment(draws, true, tenure, sqft),
        "vintage": {"lastModified": VINTAGE, "pubDate": VINTAGE},
    }


@lru_cache(maxsize=1_000)
def profile_of(seed: int, apn: str) -> Section | None:
    """Return the profile of parcel `apn`, or None when ATTOM does not know it. Treat the answer as read-only."""
    return profile(seed, parcel(seed, apn)) if is_known(seed, apn) else None
