from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reos.core.money import MicroUsd, dollars, format_usd, micro_usd


@given(st.integers(-(10**15), 10**15))
def test_there_and_back_is_exact(amount):
    assert micro_usd(dollars(MicroUsd(amount))) == amount


@pytest.mark.parametrize(
    ("text", "amount"), [("0.08", 80_000), ("0.0000005", 0), ("0.0000015", 2), ("-1.5", -1_500_000)]
)
def test_dollars_become_micro_dollars_rounding_half_to_even(text, amount):
    assert micro_usd(text) == micro_usd(Decimal(text)) == amount


@pytest.mark.parametrize(
    ("amount", "text"), [(1_234_560_000, "$1,234.56"), (7_900, "$0.0079"), (0, "$0.00"), (1_000_001, "$1.000001")]
)
def test_amounts_are_shown_with_cents_or_as_exactly_as_needed(amount, text):
    assert format_usd(MicroUsd(amount)) == text
