"""A cell's text to a typed value. Each converter raises `ValueError` with a sentence about the text, never guesses."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from math import isfinite

Value = str | int | float | bool
Converter = Callable[[str], Value]

_MAX_TEXT = 500
_TRUE = frozenset({"1", "Y", "YES", "TRUE", "T"})
_FALSE = frozenset({"0", "N", "NO", "FALSE", "F"})
_LARGEST_INTEGER = 2**31 - 1  # what the columns hold that these become
_LARGEST_USD = 10**12
_ISO_DATE = 10  # a longer text has a time, as in 20141013T000000 or 2014-10-13T00:00:00Z
_ZIP, _ZIP4 = 5, 9
_CANADIAN = re.compile(r"[A-Za-z][0-9][A-Za-z][0-9][A-Za-z][0-9]")
_SHORTEST_ZIP = 3  # Puerto Rico's 00601 without its zeros


class Kind(StrEnum):
    """What a column may be read `as`."""

    TEXT = "text"
    DIGITS = "digits"
    INTEGER = "integer"
    NUMBER = "number"
    USD = "usd"
    DATE = "date"
    FLAG = "flag"
    ZIP = "zip"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"


def text(value: str) -> str:
    """Return the text itself, up to 500 characters."""
    if len(value) > _MAX_TEXT:
        raise ValueError(f"has {len(value)} characters, more than {_MAX_TEXT}")
    return value


def digits(width: int) -> Converter:
    """Return a converter to digits padded on the left to `width`."""

    def convert(value: str) -> str:
        if not (value.isascii() and value.isdigit()) or len(value) > width:
            raise ValueError(f"{value[:40]!r} is not a number of up to {width} digits")
        return value.zfill(width)

    return convert


def number(value: str) -> int | float:
    """Return a number, whole ones as `int`, so that 1.0 and 1 are the same value."""
    parsed = _parse_float(value)
    if abs(parsed) > _LARGEST_INTEGER:
        raise ValueError(f"{value[:40]!r} is too large")
    return int(parsed) if parsed.is_integer() else parsed


def integer(value: str) -> int:
    """Return a whole number; `5,650` and `5650.0` are accepted."""
    return _whole(value, _LARGEST_INTEGER)


def usd(value: str) -> int:
    """Return whole dollars of `221900.0`, `$221,900` and the like."""
    return _whole(value.replace("$", "").strip(), _LARGEST_USD)


def _whole(value: str, largest: int) -> int:
    parsed = _parse_float(value.replace(",", ""))
    if not parsed.is_integer():
        raise ValueError(f"{value[:40]!r} is not a whole number")
    if abs(parsed) > largest:
        raise ValueError(f"{value[:40]!r} is too large")
    return int(parsed)


def flag(value: str) -> bool:
    """Return yes or no."""
    upper = value.upper()
    if upper in _TRUE:
        return True
    if upper in _FALSE:
        return False
    raise ValueError(f"{value[:40]!r} is neither yes nor no")


def zip_code(value: str) -> str:
    """Return ZIP or ZIP+4, with the leading zeros that a spreadsheet drops."""
    compact = value.removesuffix(".0").replace("-", "").replace(" ", "")
    if _CANADIAN.fullmatch(compact):
        raise ValueError(f"{value!r} is a Canadian postal code; only properties in the United States are taken")
    if not compact.isdigit() or not (_SHORTEST_ZIP <= len(compact) <= _ZIP or len(compact) == _ZIP4):
        raise ValueError(f"{value[:40]!r} is not a ZIP code")
    padded = compact.zfill(_ZIP)
    return padded if len(padded) == _ZIP else f"{padded[:_ZIP]}-{padded[_ZIP:]}"


def day(formats: Sequence[str]) -> Converter:
    """Return a converter to `YYYY-MM-DD` from ISO forms or one of `formats` (strptime)."""

    def convert(value: str) -> str:
        try:
            return (date if len(value) <= _ISO_DATE else datetime).fromisoformat(value).strftime("%Y-%m-%d")
        except ValueError:
            return _by_format(value, formats)

    return convert


def degrees(value: str) -> float:
    """Return a latitude or longitude; whether the point is where it can be is asked of both together (`point`)."""
    return _parse_float(value)


def bounded(convert: Converter, low: float | None, high: float | None) -> Converter:
    """Return `convert` with its result held to `low`..`high`, both included."""
    if low is None and high is None:
        return convert
    floor = float("-inf") if low is None else low
    ceiling = float("inf") if high is None else high

    def checked(value: str) -> Value:
        result = convert(value)
        if isinstance(result, str) or not floor <= result <= ceiling:
            raise ValueError(f"{value[:40]!r} is not {_range(low, high)}")
        return result

    return checked


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return f"{low:g} or more"
    return f"{high:g} or less" if low is None else f"between {low:g} and {high:g}"


def _parse_float(value: str) -> float:
    try:
        parsed = float(value)
    except ValueError:
        raise ValueError(f"{value[:40]!r} is not a number") from None
    if not isfinite(parsed) or "_" in value:
        raise ValueError(f"{value[:40]!r} is not a number")
    return parsed


def _by_format(value: str, formats: Sequence[str]) -> str:
    for pattern in formats:
        try:
            return datetime.strptime(value, pattern).date().isoformat()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    raise ValueError(f"{value[:40]!r} is not a date")
