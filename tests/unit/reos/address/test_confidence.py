import pytest

from reos.address import AddressParts, from_parts, parse
from reos.address.confidence import Reading, confidence


@pytest.mark.parametrize(
    ("text", "reading", "expected"),
    [
        ("12 Main St, Seattle, WA 98101", Reading.COMMAS, 0.99),
        ("12 Main St Seattle WA 98101", Reading.TABLES, 0.98),
        ("12 Broadway Apt 4 Seattle WA 98101", Reading.MODEL, round(0.9 * 0.95, 3)),  # no street type
        ("12 Main St, 4B, Seattle, WA 98101", Reading.COMMAS, round(0.99 * 0.95, 3)),  # no kind of unit
        ("12 Main St, Seattle, WA", Reading.COMMAS, round(0.99 * 0.95, 3)),  # no ZIP code
        ("12 Main St", Reading.TABLES, round(0.98 * 0.95 * 0.5, 3)),  # no place
        ("24 Sussex Drive, Ottawa, ON K1M 1M4", Reading.NONE, 0.0),
        ("hello world", Reading.MODEL, 0.0),
        ("", Reading.NONE, 0.0),
    ],
)
def test_confidence_follows_the_reading_and_what_it_supplied(text: str, reading: Reading, expected: float):
    address = parse(text)
    if reading is not Reading.MODEL or expected:
        assert address.reading is reading
    assert address.confidence == expected


def test_fields_are_read_with_most_confidence():
    assert from_parts(AddressParts("12 Main St", zip_code="98101")).confidence == 0.99


def test_every_problem_halves_it():
    assert [confidence(Reading.FIELDS, (), problems) for problems in (0, 1, 2)] == [0.99, 0.495, 0.247]
