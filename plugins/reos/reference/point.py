"""From a source's row to an address point: normalised address, canonical parcel number, place, and a stable key.

The key is the source's own id or the parcel number. Files without either (OpenAddresses, whose `hash` changes with
every file) are keyed by the normalised address and the place, rounded to about a metre.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from reos.address import Address, AddressParts, Components, block_key, from_parts, parcel_key
from reos.core.errors import InvalidInputError
from reos.reference import cells
from reos.reference.cells import Place, Row
from reos.reference.source import Source

GEOMETRY = "geometry"  # where a connector puts a feature's shape, beside its attributes

_KEY_DECIMALS = 5
_LONGEST_ID = 200  # an index entry has room for no more than a few of these


class Point(NamedTuple):
    """An address point in the order of `app.address_point`; absent parts are None."""

    source_id: str
    county_fips: str | None
    apn: str | None
    apn_key: str | None
    number: str | None
    predirection: str | None
    street: str | None
    suffix: str | None
    postdirection: str | None
    unit: str | None
    city: str | None
    state: str | None
    zip5: str | None
    address_block: str | None
    address_key: str | None
    latitude: float | None
    longitude: float | None
    body_sha256: bytes


class Reading(NamedTuple):
    """What a row became: a point, or None; `problems` are the reasons, also those that cost only a part of it."""

    point: Point | None
    problems: tuple[str, ...] = ()


Reader = Callable[[Row], Reading]


class _Parcel(NamedTuple):
    apn: str | None = None
    key: str | None = None
    problem: str | None = None


def compile_reader(source: Source) -> Reader:
    """Return the function that reads one row of `source`. It never raises for what a cell holds.

    A row is kept when it has a parcel number, or an address with a place (an address alone where the source has no
    places at all). A part that cannot be read is left out and told.
    """
    fields = source.fields
    has_places = source.geometry or fields.latitude is not None

    def read(row: Row) -> Reading:
        parcel = _parcel(source, row)
        address = _address(source, row)
        place = _place(source, row)
        problems = tuple(filter(None, (parcel.problem, _told(address, parcel), place.problem)))
        key = address.address_key
        findable = key is not None and (place.latitude is not None or not has_places)
        if not findable and parcel.key is None:
            missing = () if problems else ("coordinates: none",)
            return Reading(None, problems + missing)
        return Reading(_point(source, row, parcel, address, key, place), problems)

    return read


def _parcel(source: Source, row: Row) -> _Parcel:
    if source.fields.apn is None or source.county_fips is None:
        return _Parcel()
    written = cells.text(row, (source.fields.apn,))
    if not written:
        return _Parcel(problem="parcel number: empty")
    try:
        return _Parcel(written, parcel_key(source.county_fips, written).canonical)
    except InvalidInputError:
        return _Parcel(written, problem="parcel number: not one of this county")


def _address(source: Source, row: Row) -> Address:
    fields = source.fields
    return from_parts(
        AddressParts(
            street=cells.text(row, fields.street),
            number=cells.text(row, fields.number),
            unit=cells.text(row, fields.unit),
            city=cells.text(row, fields.city),
            state=cells.text(row, fields.state) or source.state or "",
            zip_code=cells.zip_code(row, fields.zip_code),
        )
    )


def _place(source: Source, row: Row) -> Place:
    if source.geometry:
        return cells.place(*cells.centre(row.get(GEOMETRY)))
    fields = source.fields
    if fields.latitude is None or fields.longitude is None:
        return Place()
    return cells.place(row.get(fields.latitude), row.get(fields.longitude))


def _told(address: Address, parcel: _Parcel) -> str | None:
    """Return what is wrong with the address; a parcel without any is ordinary (land)."""
    if address.is_valid or (address.is_empty and parcel.key is not None):
        return None
    return f"address: {address.explanation}"


def _point(source: Source, row: Row, parcel: _Parcel, address: Address, key: str | None, place: Place) -> Point:
    parts = address.components if key is not None else Components()
    point = Point(
        source_id=_source_id(source, row, parcel, key, place),
        county_fips=source.county_fips,
        apn=parcel.apn if parcel.key else None,
        apn_key=parcel.key,
        number=parts.number or None,
        predirection=parts.predirection or None,
        street=parts.street or None,
        suffix=parts.suffix or None,
        postdirection=parts.postdirection or None,
        unit=address.unit or None if key is not None else None,
        city=parts.city or None,
        state=parts.state or None,
        zip5=parts.zip5 or None,
        address_block=block_key(parts) if key is not None else None,
        address_key=key,
        latitude=place.latitude,
        longitude=place.longitude,
        body_sha256=b"",
    )
    return Point(*point[:-1], _digest(point[1:-1]))


def _source_id(source: Source, row: Row, parcel: _Parcel, key: str | None, place: Place) -> str:
    own = cells.text(row, (source.fields.id,)).replace("\0", "") if source.fields.id else ""
    if own:
        return own if len(own) <= _LONGEST_ID else _digest((own,)).hex()
    if parcel.key:
        return parcel.key
    rounded = tuple(None if degrees is None else f"{degrees:.{_KEY_DECIMALS}f}" for degrees in place[:2])
    return _digest((key, *rounded)).hex()[:32]


def _digest(parts: tuple[str | float | None, ...]) -> bytes:
    return hashlib.sha256(repr(parts).encode(errors="replace")).digest()
