"""The words and units of a memo: what each field and component is called, and how its values read."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from reos.memos import formatting as fmt

VERDICTS = ((80, "Strong candidate"), (65, "Worth a closer look"), (50, "Mixed case"), (0, "Weak case"))
CONDITIONS = {1: "Poor", 2: "Fair", 3: "Average", 4: "Good", 5: "Very good"}
MISSING = {
    "living_sqft": "living area",
    "comparable_sales": "comparable sales nearby",
    "recent_sale_price": "a sale price of the last two years",
    "sale_or_loan": "a sale or a loan to derive the debt from",
    "condition": "building condition",
    "year_built": "year built",
    "price_trend": "the local price trend",
}

Show = Callable[[str], str]


def _yes_no(text: str) -> str:
    return {"true": "Yes", "false": "No"}.get(text, text)


def kind(text: str) -> str:
    """Return a property type as words: `single_family` as `Single family`."""
    return text.replace("_", " ").capitalize()


def _condition(text: str) -> str:
    return f"{CONDITIONS[int(text)]} ({text} of 5)" if text in map(str, CONDITIONS) else text


FIELDS: Mapping[str, tuple[str, Show]] = {
    "address_line": ("Street address", fmt.title_case),
    "city": ("City", fmt.title_case),
    "zip5": ("ZIP code", str),
    "apn": ("Parcel number", fmt.apn),
    "property_type": ("Property type", kind),
    "beds": ("Bedrooms", str),
    "baths": ("Bathrooms", lambda text: fmt.plain(Decimal(text))),
    "living_sqft": ("Living area", lambda text: fmt.square_feet(int(text))),
    "lot_sqft": ("Lot", lambda text: fmt.lot(int(text))),
    "year_built": ("Year built", str),
    "year_renovated": ("Year renovated", str),
    "condition": ("Condition", _condition),
    "grade": ("Building grade", lambda text: f"{text} of 13"),
    "owner_name": ("Owner", fmt.title_case),
    "owner_occupied": ("Owner lives there", _yes_no),
    "assessed_value": ("Assessed value", lambda text: fmt.dollars(int(text))),
    "last_sale_date": ("Last sale", lambda text: fmt.day(date.fromisoformat(text))),
    "last_sale_price": ("Last sale price", lambda text: fmt.dollars(int(text))),
}
MEASURES: Mapping[str, Callable[[Decimal], str]] = {
    "discount": lambda value: fmt.percent(value, 1),
    "equity": lambda value: fmt.percent(value, 1),
    "condition": lambda value: f"{fmt.plain(value)} of 5",
    "age": lambda value: f"{fmt.plain(value)} years",
    "size": fmt.square_feet,
    "location_momentum": lambda value: f"{fmt.percent(value, 1)} a year",
    "data_confidence": lambda value: fmt.percent(value, 1),
}
BOUNDS: Mapping[str, Callable[[Decimal], str]] = {
    **dict.fromkeys(("discount", "equity", "location_momentum", "data_confidence"), fmt.percent),
    **dict.fromkeys(("condition", "age", "size"), fmt.plain),
}
