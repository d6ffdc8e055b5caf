"""One row of a file to what is staged for the database, by a profile that was compiled against the file's header."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from reos.address import county_fips
from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files import LeadFile
from reos.pipeline.profiles import ColumnRule, Profile
from reos.pipeline.profiles.converters import Value
from reos.pipeline.profiles.point import check_point
from reos.property.identity import Claim, PropertyIdentity, identify

ROLL = "roll"  # record key of a row that is no sale
_KEPT_CELLS = 4096
_KEPT_LENGTH = 40
_WHOLE = re.compile(r"(\d+)\.0+")  # how JSON and spreadsheets may write a house number
_OF_THE_US = frozenset({"US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA", "THE UNITED STATES", "840"})


class LeadRow(NamedTuple):
    """A good row: which property it names, and what it says about it (`body`, canonical JSON)."""

    identity: PropertyIdentity
    record_key: str
    body: str
    body_sha256: bytes


class RowError(ValueError):
    """Why a row is refused."""


class _Column:
    """One column, compiled. Cells repeat (beds, years, ZIP codes), so what was read is kept, up to a limit."""

    __slots__ = ("absent", "convert", "header", "places", "required", "seen", "to")

    def __init__(self, rule: ColumnRule, places: tuple[int, ...], header: Sequence[str]) -> None:
        self.places = places
        self.header = " + ".join(header[place] for place in places)
        self.to = rule.to
        self.convert = rule.converter()
        self.absent = frozenset(rule.absent) | {""}
        self.required = rule.required
        self.seen: dict[str, Value | None] = {}

    def read(self, cell: str) -> Value | None:
        """Return the cell's value, None when it says nothing; raise `RowError` when it cannot be one."""
        text = cell.strip()
        if text in self.absent or (text.endswith("0") and _whole(text) in self.absent):
            if self.required:
                raise RowError(f"{self.header} is empty")
            return None
        try:
            value = self.convert(text)
        except ValueError as error:
            raise RowError(f"{self.header}: {error}") from None
        if len(self.seen) < _KEPT_CELLS and len(cell) <= _KEPT_LENGTH:
            self.seen[cell] = value
        return value

    def joined(self, cells: Sequence[str]) -> str:
        """Return the cells of its columns as one, without those that say nothing."""
        parts = (cells[place].strip() for place in self.places)
        return " ".join(_whole(part) for part in parts if part)


_claim_county = lru_cache(maxsize=4096)(county_fips)


def compile_rows(profile: Profile, file: LeadFile) -> Callable[[Sequence[str]], LeadRow]:
    """Return the function from a row's cells to a `LeadRow`; it raises `RowError` for a row that must be refused."""
    columns = _columns(profile, file.header)
    single = [(column.places[0], column.to, column.seen, column.read) for column in columns if len(column.places) == 1]
    several = [column for column in columns if len(column.places) > 1]
    constants: dict[str, Value] = dict(profile.constants)

    def read(cells: Sequence[str]) -> LeadRow:
        body = constants.copy()
        for index, to, seen, convert in single:
            cell = cells[index]
            value = seen[cell] if cell in seen else convert(cell)
            if value is not None:
                body[to] = value
        for column in several:
            value = column.read(column.joined(cells))
            if value is not None:
                body[column.to] = value
        return _lead_row(body)

    return read


def _whole(text: str) -> str:
    number = _WHOLE.fullmatch(text) if text.endswith("0") else None
    return number[1] if number else text


def _columns(profile: Profile, header: Sequence[str]) -> list[_Column]:
    positions = profile.positions(header)
    return [_Column(rule, positions[rule.to], header) for rule in profile.columns if rule.to in positions]


def _lead_row(body: dict[str, Any]) -> LeadRow:
    _check_place(body)
    identity = _identify(body)
    body.pop("county", None)
    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return LeadRow(identity, _record_key(body), text.decode(), hashlib.sha256(text).digest())


def _check_place(body: dict[str, Any]) -> None:
    country = body.pop("country", None)
    if country is not None and country.replace(".", "").upper() not in _OF_THE_US:
        raise RowError(f"country: {country[:40]!r} is not the United States; only properties there are taken")
    try:
        check_point(body.get("latitude"), body.get("longitude"))
    except ValueError as error:
        raise RowError(str(error)) from None


def _identify(body: dict[str, Any]) -> PropertyIdentity:
    """Identify the row's property; the body gets the county's code and the plain ZIP in passing."""
    zip_code = body.get("zip5", "")
    claim = Claim(
        apn=body.get("apn", ""),
        county_fips=body.get("county_fips", ""),
        address=body.get("address", ""),
        unit=body.get("unit", ""),
        city=body.get("city", ""),
        state=body.get("state", ""),
        zip_code=zip_code,
        latitude=body.get("latitude"),
        longitude=body.get("longitude"),
    )
    try:
        if "county" in body and not claim.county_fips:
            claim = claim._replace(county_fips=_claim_county(body["county"], claim.state))
        identity = identify(claim)
    except InvalidInputError as error:
        raise RowError(error.detail) from None
    if zip_code:
        body["zip5"] = zip_code[:5]
    if identity.county_fips:
        body["county_fips"] = identity.county_fips
    return identity


def _record_key(body: Mapping[str, Any]) -> str:
    """Tell sales of one parcel apart by date and price; everything else is the parcel's one record."""
    if "sale_date" in body or "sale_price" in body:
        return f"{body.get('sale_date', '')}:{body.get('sale_price', '')}"
    return ROLL
