from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reos.memos import formatting as fmt


@pytest.mark.parametrize(
    ("amount", "text"),
    [(None, "—"), (0, "$0"), (1234567, "$1,234,567"), (-1500, "\u2212$1,500"), (Decimal("476.5"), "$477")],
)
def test_dollars(amount: Decimal | None, text: str) -> None:
    assert fmt.dollars(amount) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "$0"), (250_000, "$250k"), (999_499, "$999k"), (999_500, "$1M"), (1_240_000, "$1.24M"), (10_000_000, "$10M")],
)
def test_short_dollars(amount: int, text: str) -> None:
    assert fmt.short_dollars(amount) == text


@pytest.mark.parametrize(
    ("share", "places", "text"),
    [
        (None, 0, "—"),
        (0.87, 0, "87%"),
        (Decimal("0.3267"), 1, "32.7%"),
        (Decimal("-0.10"), 0, "\u221210%"),
        (0.005, 0, "1%"),
    ],
)
def test_percent(share: Decimal | None, places: int, text: str) -> None:
    assert fmt.percent(share, places) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (1750, "1,750"),
        (Decimal("2.250"), "2.25"),
        (Decimal(3000), "3,000"),
        (-5, "\u22125"),
        (Decimal(0), "0"),
    ],
)
def test_plain_numbers(value: Decimal | None, text: str) -> None:
    assert fmt.plain(value) == text


def test_lots_have_acres_from_half_an_acre() -> None:
    assert fmt.lot(None) == "—"
    assert fmt.lot(5750) == "5,750 sq ft"
    assert fmt.lot(39204) == "39,204 sq ft (0.9 ac)"


def test_days_do_not_depend_on_the_locale() -> None:
    assert fmt.day(date(2026, 3, 7)) == "7 Mar 2026"
    assert fmt.iso_day(datetime(2026, 11, 20, 9, tzinfo=UTC)) == "2026-11-20"
    assert (fmt.day(None), fmt.iso_day(None)) == ("—", "—")


def test_parcel_numbers_of_ten_digits_are_split() -> None:
    assert fmt.apn("6207088974") == "620708-8974"
    assert fmt.apn("18-031-21-23-0139") == "18-031-21-23-0139"
    assert fmt.apn(None) == "—"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1030 105TH AVE SE", "1030 105th Ave SE"),
        ("12 W MAIN ST UNIT 4B", "12 W Main St Unit 4B"),
        ("BLUE HERON HOMES LLC", "Blue Heron Homes LLC"),
        ("12 McAllister St", "12 McAllister St"),
    ],
)
def test_capitals_become_ordinary_case(text: str, shown: str) -> None:
    assert fmt.title_case(text) == shown


@pytest.mark.parametrize(
    ("items", "text"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_listings_read_as_english(items: tuple[str, ...], text: str) -> None:
    assert fmt.listing(items) == text


def test_long_text_is_shortened_with_an_ellipsis() -> None:
    assert fmt.shortened("County assessor", 24) == "County assessor"
    assert fmt.shortened("County assessor of the Metropolis", 20) == "County assessor of…"
