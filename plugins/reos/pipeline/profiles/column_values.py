"""Whether a column's values are what its name promises, told by a sample of them; and what a nameless column may be."""

import re
from collections.abc import Callable, Mapping, Sequence

from reos.address.place import read_state
from reos.address.pub28 import DIRECTIONALS, SUFFIXES
from reos.pipeline.profiles import converters

Values = Sequence[str]

_SHARE = 0.6  # the name speaks for it already; a list has bad rows, and each is told when it is read
_FEW = 2
_ADDRESS = re.compile(
    r"\d[\w/-]* +(?:\d+/\d+ +)?\w.*[A-Za-z]{2}.*|.*\b(?:p\.? ?o\.? box|r\.?r\.?) *\d+.*", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+(?:\.0+)?(?:[ -]?[A-Za-z0-9/]{1,4})?")
_STREET = re.compile(r"(?=.*[A-Za-z]|\d+(?:st|nd|rd|th)?$)[\w .'/&-]+", re.IGNORECASE)
_APN = re.compile(r"(?=.*\d)[\w .*/&-]{1,40}")
_FIPS = re.compile(r"\d{4,5}(?:\.0)?")
_FORMATS = ("%m/%d/%Y", "%m/%d/%y", "%Y/%m/%d", "%m-%d-%Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y", "%Y%m%d")
_ZIP = re.compile(r"\d{5}(?:-?\d{4})?")
_DEGREES = re.compile(r"-?\d{1,3}\.\d{3,}")
_LATITUDE, _LONGITUDE = (-15.0, 72.0), (-180.0, -64.0)


def fits(values: Values, name: str) -> bool:
    """Return whether the values are what `name` (ours, or a part of an address) holds; true when none is known."""
    check = _CHECKS.get(name)
    return check is None or not values or _share(values, check) >= _SHARE


def date_formats(values: Values) -> list[str]:
    """Return the formats that reading `values` as dates takes, besides ISO; the first of those that fit all of them."""
    rest = [value for value in values if not _reads(converters.day([]), value)]
    if not rest:
        return []
    return next(([each] for each in _FORMATS if all(_reads(converters.day([each]), value) for value in rest)), [])


def recognised(values: Values) -> str | None:
    """Return which of our names such values alone suggest: state, zip5, latitude or longitude; None otherwise."""
    if len(values) < _FEW:
        return None
    return next((name for name, check in _TELLING.items() if all(map(check, values))), None)


def _share(values: Values, check: Callable[[str], bool]) -> float:
    return sum(map(check, values)) / len(values)


def _reads(convert: converters.Converter, value: str) -> bool:
    try:
        convert(value)
    except ValueError:
        return False
    return True


def _by(convert: converters.Converter) -> Callable[[str], bool]:
    return lambda value: _reads(convert, value)


def _matching(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value.strip()) is not None


def _is_state(value: str) -> bool:
    return read_state(value) is not None


def _within(low: float, high: float) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        try:
            return low <= float(value) <= high
        except ValueError:
            return False

    return check


def _is_date(value: str) -> bool:
    return any(_reads(converters.day([each]), value) for each in _FORMATS)


def _in(table: Mapping[str, str]) -> Callable[[str], bool]:
    return lambda value: value.strip().rstrip(".").upper() in table


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "apn": _matching(_APN),
    "county_fips": _matching(_FIPS),
    "address": _matching(_ADDRESS),
    "state": _is_state,
    "zip5": _by(converters.zip_code),
    "latitude": _within(*_LATITUDE),
    "longitude": _within(*_LONGITUDE),
    "sale_date": _is_date,
    "sale_price": _by(converters.usd),
    "assessed_value": _by(converters.usd),
    "beds": _by(converters.number),
    "baths": _by(converters.number),
    "floors": _by(converters.number),
    "living_sqft": _by(converters.integer),
    "lot_sqft": _by(converters.integer),
    "year_built": _by(converters.integer),
    "year_renovated": _by(converters.integer),
    "number": _matching(_NUMBER),
    "street_full": _matching(_STREET),
    "street_name": _matching(_STREET),
    "predirection": _in(DIRECTIONALS),
    "postdirection": _in(DIRECTIONALS),
    "suffix": _in(SUFFIXES),
}

_TELLING: Mapping[str, Callable[[str], bool]] = {
    "state": lambda value: len(value) == len("WA") and _is_state(value),
    "zip5": _matching(_ZIP),
    "latitude": lambda value: bool(_DEGREES.fullmatch(value)) and _within(13.0, 72.0)(value),
    "longitude": lambda value: bool(_DEGREES.fullmatch(value)) and _within(*_LONGITUDE)(value),
}
