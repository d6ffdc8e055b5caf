"""What identifies a property: its parcel number within a county, or else its address. Pure: decides, stores nothing.

A lead that names neither is refused; so is one whose parts contradict one another. Nothing is guessed.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from reos.address import Address, ParcelKey, block_key, parcel_key, parse
from reos.address.counties import county_state
from reos.address.place import read_city, read_state, read_zip
from reos.core.errors import InvalidInputError


class Claim(NamedTuple):
    """What a lead says about where the property is; blank texts are absent. Latitude and longitude in degrees."""

    apn: str = ""
    county_fips: str = ""
    address: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    latitude: float | None = None
    longitude: float | None = None


class PropertyIdentity(NamedTuple):
    """The columns of `app.property` that say which property it is, in the order of `COLUMNS`."""

    county_fips: str | None
    apn: str | None
    apn_key: str | None
    apn_hash: bytes | None
    address_raw: str | None
    address_line: str | None
    unit: str | None
    city: str | None
    state: str | None
    zip5: str | None
    zip4: str | None
    address_key: str | None
    address_block: str | None
    latitude: float | None
    longitude: float | None

    @property
    def key(self) -> str:
        """The key that it is found by: county and parcel number, or the address key."""
        return f"{self.county_fips}:{self.apn_key}" if self.apn_key else f"address:{self.address_key}"

    def columns(self) -> Mapping[str, Any]:
        """Return the values by column name."""
        return self._asdict()


COLUMNS = PropertyIdentity._fields


def stored_address(row: Mapping[str, Any]) -> Address:
    """Read an address again from the columns in which it is stored: address_line, unit, city, state and zip5."""
    return parse(
        row["address_line"] or "",
        unit=row["unit"] or "",
        city=row["city"] or "",
        state=row["state"] or "",
        zip_code=row["zip5"] or "",
    )


def identify(claim: Claim) -> PropertyIdentity:
    """Normalise a claim to an identity, or raise `InvalidInputError` saying why it identifies no property."""
    parcel = _parcel(claim)
    address = _address(claim)
    if parcel is None and (address is None or not address.is_valid):
        raise _no_identity(address)
    return _identity(claim, parcel, address)


def _parcel(claim: Claim) -> ParcelKey | None:
    if not claim.apn.strip():
        return None
    if not claim.county_fips:
        raise InvalidInputError(
            f"APN {claim.apn!r} comes without its county; a parcel number is unique only inside one.",
            remedy="Give county_fips, as in 53033 for King County, WA.",
        )
    return parcel_key(claim.county_fips, claim.apn)


def _address(claim: Claim) -> Address | None:
    if not claim.address.strip():
        return None
    return parse(claim.address, unit=claim.unit, city=claim.city, state=claim.state, zip_code=claim.zip_code)


def _no_identity(address: Address | None) -> InvalidInputError:
    if address is None:
        return InvalidInputError(
            "The lead names no property.", remedy="Give an APN with its county_fips, or a street address."
        )
    return InvalidInputError(
        f"{address.raw[:120]!r} is not accepted as an address. {address.explanation}",
        remedy="Give house number, street and ZIP code (or city and state), or an APN with its county_fips.",
        problems=[problem.name for problem in address.problems],
    )


def _identity(claim: Claim, parcel: ParcelKey | None, address: Address | None) -> PropertyIdentity:
    parts = address.components if address else None
    zip_code = read_zip(claim.zip_code) if claim.zip_code else None
    state = (parts.state if parts else "") or (read_state(claim.state) if claim.state else None) or ""
    usable = address if address and address.is_valid else None
    return PropertyIdentity(
        county_fips=claim.county_fips or None,
        apn=parcel.raw.strip() if parcel else None,
        apn_key=parcel.canonical if parcel else None,
        apn_hash=parcel.hash if parcel else None,
        address_raw=claim.address.strip() or None,
        address_line=usable.line if usable else None,
        unit=(usable.unit if usable else "") or None,
        city=(parts.city if parts else claim.city and read_city(claim.city)) or None,
        state=_agreeing_state(state, claim.county_fips),
        zip5=(parts.zip5 if parts else "") or (zip_code.zip5 if zip_code else "") or None,
        zip4=(parts.zip4 if parts else "") or (zip_code.zip4 if zip_code else "") or None,
        address_key=usable.address_key if usable else None,
        address_block=block_key(usable.components) if usable else None,
        latitude=claim.latitude,
        longitude=claim.longitude,
    )


def _agreeing_state(state: str, county_fips: str) -> str | None:
    """Return the state, taken from the county when only that is known; refuse a county of another state."""
    if not county_fips:
        return state or None
    of_county = county_state(county_fips)
    if state and state != of_county:
        raise InvalidInputError(
            f"County {county_fips} is in {of_county}, but the address is in {state}.",
            remedy="Correct the county or the state.",
        )
    return of_county
