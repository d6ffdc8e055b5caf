from datetime import date

import pytest

from reos.core.errors import ConfigurationError
from reos.policy.price_book import PRICE_BOOK, Price, PriceBook, price_book, read_price_book

DAY = date(2026, 11, 24)


def book(tmp_path, text):
    path = tmp_path / "book.yml"
    path.write_text(text)
    return read_price_book(path)


@pytest.mark.parametrize(
    ("provider", "dataset", "unit", "microusd"),
    [
        ("county_assessor", "parcel", "record", 0),
        ("openaddresses", "address", "record", 0),
        ("attom", "expanded_profile", "record", 80_000),
        ("regrid", "parcel", "record", 20_000),
        ("sendgrid", "email", "message", 100),
        ("twilio", "sms", "message", 7_900),
        ("lob", "letter", "piece", 600_000),
    ],
)
def test_the_defaults_are_the_specified_prices(provider, dataset, unit, microusd):
    price = price_book().price(provider, dataset, DAY)
    assert (price.unit, price.microusd) == (unit, microusd)


def test_the_newest_price_that_is_in_force_applies():
    days = [date(2025, 1, 1), date(2026, 1, 1), date(2027, 1, 1)]
    prices = PriceBook(
        Price("acme", "x", "record", microusd, day) for microusd, day in zip((3, 1, 2), days, strict=True)
    )
    asked = {
        day: prices.price("acme", "x", day).microusd for day in (days[0], date(2025, 12, 31), days[1], DAY, days[2])
    }
    assert list(asked.values()) == [3, 3, 1, 1, 2]


@pytest.mark.parametrize(
    ("provider", "dataset", "day"), [("acme", "x", DAY), ("attom", "expanded_profile", date(2020, 1, 1))]
)
def test_what_has_no_price_is_an_error_and_not_free(provider, dataset, day):
    with pytest.raises(ConfigurationError, match=f"No price for {provider}/{dataset}"):
        price_book().price(provider, dataset, day)


def test_a_price_may_not_be_given_twice_for_a_day():
    price = Price("acme", "x", "record", 1, DAY)
    with pytest.raises(ConfigurationError, match="more than once"):
        PriceBook([price, price])


@pytest.mark.parametrize(
    "row",
    [
        "{provider: a, dataset: b, unit: record, microusd: 0.08, effective_from: 2026-01-01}",
        "{provider: a, dataset: b, unit: record, microusd: -1, effective_from: 2026-01-01}",
        "{provider: a, dataset: b, unit: call, microusd: 1, effective_from: 2026-01-01}",
        "{provider: a, dataset: b, unit: record, microusd: true, effective_from: 2026-01-01}",
        "{provider: a, dataset: b, unit: record, microusd: 1, effective_from: soon}",
        "{provider: a, dataset: b, unit: record, microusd: 1}",
        "{provider: a, dataset: b, unit: record, microusd: 1, effective_from: 2026-01-01, note: x}",
        "just text",
    ],
)
def test_a_malformed_row_is_refused_by_its_number(tmp_path, row):
    good = "{provider: z, dataset: b, unit: record, microusd: 1, effective_from: 2026-01-01}"
    with pytest.raises(ConfigurationError, match="Row 2"):
        book(tmp_path, f"prices:\n  - {good}\n  - {row}\n")


@pytest.mark.parametrize("text", ["", "prices: 5", "[]"])
def test_a_file_that_is_no_book_is_refused(tmp_path, text):
    with pytest.raises(ConfigurationError, match="no list `prices`"):
        book(tmp_path, text)


def test_the_shipped_book_is_valid():
    assert len(read_price_book(PRICE_BOOK).prices) >= 7
