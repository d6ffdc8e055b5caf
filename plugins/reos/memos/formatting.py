"""Values as a memo prints them: American dollars and feet, unambiguous dates, an em dash for what is not known."""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

UNKNOWN = "—"
MINUS = "\u2212"  # the sign that is as wide as a plus
_ACRE_SQFT = 43_560
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KEPT = re.compile(r"[NS][EW]|[A-Z]|PO|LLC|LP|#?\d+[A-Z]")  # a direction, an initial, a unit

Number = int | float | Decimal


def dollars(amount: Number | None) -> str:
    """Return `$1,234,567`, or a dash for None."""
    if amount is None:
        return UNKNOWN
    whole = int(Decimal(str(amount)).to_integral_value(ROUND_HALF_UP))
    return f"{MINUS}${-whole:,}" if whole < 0 else f"${whole:,}"


def short_dollars(amount: float) -> str:
    """Return `$912k` or `$1.24M`, for a chart's axis."""
    if abs(amount) < 1_000:  # noqa: PLR2004
        return dollars(amount)
    if abs(amount) < 999_500:  # noqa: PLR2004 - what would print as $1,000k
        return f"${round(amount / 1_000)}k"
    return f"${amount / 1_000_000:.2f}".rstrip("0").rstrip(".") + "M"


def percent(share: Number | None, places: int = 0) -> str:
    """Return a fraction as `37%`, with a true minus sign; a dash for None."""
    if share is None:
        return UNKNOWN
    step = Decimal(1).scaleb(-places)
    value = (Decimal(str(share)) * 100).quantize(step, ROUND_HALF_UP)
    text = f"{abs(value):.{places}f}%"
    return f"{MINUS}{text}" if value < 0 else text


def plain(value: Number | None) -> str:
    """Return a number with thousands separators and no more decimals than it has: `1,750`, `2.25`; a dash for None."""
    if value is None:
        return UNKNOWN
    number = Decimal(str(value)).normalize()
    return f"{number:,f}".replace("-", MINUS)


def square_feet(value: Number | None) -> str:
    """Return `1,750 sq ft`, or a dash for None."""
    return UNKNOWN if value is None else f"{plain(value)} sq ft"


def lot(value: int | None) -> str:
    """Return square feet, and acres from half an acre up: `39,204 sq ft (0.9 ac)`; a dash for None."""
    if value is None or value < _ACRE_SQFT / 2:
        return square_feet(value)
    return f"{square_feet(value)} ({value / _ACRE_SQFT:.1f} ac)"


def day(value: date | datetime | None) -> str:
    """Return `27 Mar 2026`, independent of the locale; a dash for None."""
    if value is None:
        return UNKNOWN
    month = _MONTHS[value.month - 1]
    return f"{value.day} {month} {value.year}"


def iso_day(value: date | datetime | None) -> str:
    """Return `2026-03-27`, or a dash for None."""
    return UNKNOWN if value is None else f"{value:%Y-%m-%d}"


def apn(value: str | None) -> str:
    """Return a ten-digit parcel number as `620708-8974`, as King County prints it, and any other as it is."""
    if value is None:
        return UNKNOWN
    return f"{value[:6]}-{value[6:]}" if len(value) == 10 and value.isdecimal() else value  # noqa: PLR2004


def title_case(text: str) -> str:
    """Return a capitalised address such as `1030 105TH AVE SE` in the case that people write: `1030 105th Ave SE`."""
    if not text.isupper():
        return text
    return " ".join(word if _KEPT.fullmatch(word) else word.capitalize() for word in text.split())


def shortened(text: str, length: int) -> str:
    """Return `text`, or its first `length` characters with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def listing(items: tuple[str, ...]) -> str:
    """Join as English does: `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))
