"""One vocabulary for reading providers' cells: blanks are None, numbers may be text, anything else is a `ValueError`.

Connectors wrap that error with the field's name; a cell of an unexpected type is schema drift, never a default.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

Reader = Callable[[object], object]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_NO_DAY = re.compile(r"[0-]+")
_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?")
_YEAR = re.compile(r"(?<!\d)(1[6-9]\d{2}|20\d{2})(?!\d)")


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - it is what the provider sent
    """Parse strict JSON that PostgreSQL can store: NUL and lone surrogates inside texts are dropped.

    Raises `ValueError` for anything else (NaN, broken encoding, nesting beyond the parser's depth).
    """
    try:
        document = json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    suspicious = b"\\u0000" in body or b"\\ud" in body.lower()
    return _storable(document) if suspicious else document


def text(value: object) -> str | None:
    """Return text with outer blanks cut and inner runs of blanks made one; None for null and blank."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {value!r}")  # noqa: TRY004 - callers catch one error
    return " ".join(value.split()) or None


def number(value: object) -> float | None:
    """Return a finite number given as such or as text; None for null and blank."""
    if isinstance(value, str) and not value.strip():
        return None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"expected a number, got {value!r}")  # noqa: TRY004 - callers catch one error
    try:
        found = float(value)
    except ValueError:
        raise ValueError(f"expected a number, got {value!r}") from None
    if not math.isfinite(found):
        raise ValueError(f"expected a finite number, got {value!r}")
    return found


def positive(value: object) -> float | None:
    """Return a number, None when it is zero (providers write 0 for unknown); negative is an error."""
    found = number(value)
    if found is not None and found < 0:
        raise ValueError(f"expected no negative number, got {value!r}")
    return found or None


def whole(value: object) -> int | None:
    """Return a whole number; None for null, blank and zero."""
    found = positive(value)
    if found is not None and found != int(found):
        raise ValueError(f"expected a whole number, got {value!r}")
    return None if found is None else int(found)


def rounded(value: object) -> int | None:
    """Return a positive number rounded to whole units (money, areas); None for null, blank and zero."""
    found = positive(value)
    return None if found is None else round(found)


def day(value: object) -> date | None:
    """Return the date an ISO text begins with, as in `2016-09-09` or `2018-5-10`; None for null, blank and zeros."""
    found = text(value)
    if found is None or _NO_DAY.fullmatch(found):
        return None
    begun = _DAY.match(found)
    if begun is None:
        raise ValueError(f"expected a date, got {value!r}")
    return date(*map(int, begun.groups()))


def zip5(value: object) -> str | None:
    """Return the five digits of a ZIP code given with or without its last four; None for null and blank."""
    found = text(value)
    if found is None:
        return None
    digits = _ZIP.fullmatch(found)
    if digits is None:
        raise ValueError(f"expected a ZIP code, got {value!r}")
    return digits[1]


def year(value: object) -> int | None:
    """Return the first year of a number or text such as `2022` or `2020-2021`; None for null, blank and zero."""
    found = None if value is None else text(str(value))
    if found is None or _NO_DAY.fullmatch(found):
        return None
    first = _YEAR.search(found)
    if first is None:
        raise ValueError(f"expected a year, got {value!r}")
    return int(first[1])


def epoch_day(value: object) -> date | None:
    """Return the UTC date of milliseconds since 1970 (ArcGIS dates, negative before 1970); None for null."""
    found = number(value)
    return None if found is None else (_EPOCH + timedelta(milliseconds=found)).date()


def latitude(value: object) -> float | None:
    """Return degrees north; None for null, blank and 0 (no parcel lies there); beyond the poles is an error."""
    return _degrees(value, 90)


def longitude(value: object) -> float | None:
    """Return degrees east; None for null, blank and 0; beyond the date line is an error."""
    return _degrees(value, 180)


def estimated(value: object) -> bool | None:
    """Return whether a sale code says that the price is an estimate (states that do not disclose prices)."""
    found = text(value)
    return None if found is None else found.upper().startswith("ESTIMATED")


def code(codes: Mapping[str, object]) -> Reader:
    """Return a reader that translates by `codes` (keys in upper case) and fails on a code that is not among them."""

    def read(value: object) -> object:
        found = text(value)
        if found is None:
            return None
        if found.upper() not in codes:
            raise ValueError(f"unknown code {found!r}")
        return codes[found.upper()]

    return read


READERS: Mapping[str, Reader] = {
    reader.__name__: reader
    for reader in (text, number, positive, whole, rounded, day, zip5, year, epoch_day, latitude, longitude, estimated)
}


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    found = float(digits)
    if not math.isfinite(found):
        raise ValueError(f"{digits} is out of range")
    return found


def _storable(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="ignore").decode()
    if isinstance(value, dict):
        return {str(_storable(key)): _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list) else value


def _degrees(value: object, limit: int) -> float | None:
    found = number(value)
    if found is not None and abs(found) > limit:
        raise ValueError(f"expected degrees within ±{limit}, got {value!r}")
    return found or None
