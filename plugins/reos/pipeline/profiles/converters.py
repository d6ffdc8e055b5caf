"""A cell's text to a typed value. Each converter raises `ValueError` with a sentence about the text, never guesses."""

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
_COMPACT_DATE_TIME = 15  # 20141013T000000
_ISO_DATE_TIME = 19  # 2014-10-13T00:00:00
_ZIP, _ZIP4 = 5, 9
_SHORTEST_ZIP = 3  # Puerto Rico's 00601 without its zeros

# From Guam to the tip of Alaska, and American Samoa; from Puerto Rico to Attu, and Guam with the Marianas.
_LATITUDES = ((13.0, 72.0), (-15.0, -10.0))
_LONGITUDES = ((-180.0, -64.0), (144.0, 180.0))


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
    if not compact.isdigit() or not (_SHORTEST_ZIP <= len(compact) <= _ZIP or len(compact) == _ZIP4):
        raise ValueError(f"{value[:40]!r} is not a ZIP code")
    padded = compact.zfill(_ZIP)
    return padded if len(padded) == _ZIP else f"{padded[:_ZIP]}-{padded[_ZIP:]}"


def day(formats: Sequence[str]) -> Converter:
    """Return a converter to `YYYY-MM-DD` from ISO forms or one of `formats` (strptime)."""

    def convert(value: str) -> str:
        plain = value[:8] if len(value) == _COMPACT_DATE_TIME and value[8] == "T" else value
        plain = value[:10] if len(value) == _ISO_DATE_TIME else plain
        try:
            return date.fromisoformat(plain).isoformat()
        except ValueError:
            return _by_format(value, formats)

    return convert


def degrees(axis: Kind) -> Converter:
    """Return a converter to a latitude or longitude within the United States."""
    (low, high), (other_low, other_high) = _LATITUDES if axis is Kind.LATITUDE else _LONGITUDES

    def convert(value: str) -> float:
        parsed = _parse_float(value)
        if not (low <= parsed <= high or other_low <= parsed <= other_high):
            raise ValueError(f"{value[:40]} is no {axis} in the United States (are latitude and longitude swapped?)")
        return parsed

    return convert


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
