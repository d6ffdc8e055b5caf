"""Money as integer micro-dollars (1 USD = 1,000,000): prices below a cent stay exact and sums never drift."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import NewType

MicroUsd = NewType("MicroUsd", int)

_MICRO = Decimal(1_000_000)


def micro_usd(dollars: Decimal | str) -> MicroUsd:
    """Convert dollars (`Decimal` or its text, never float) to micro-dollars, rounding half to even."""
    return MicroUsd(int((Decimal(dollars) * _MICRO).to_integral_value(ROUND_HALF_EVEN)))


def dollars(amount: MicroUsd) -> Decimal:
    """Convert micro-dollars to an exact `Decimal` number of dollars."""
    return Decimal(amount) / _MICRO


def format_usd(amount: MicroUsd) -> str:
    """Render as `$1,234.56`; amounts below a cent keep up to six decimals, as in `$0.0079`."""
    value = dollars(amount)
    if value == value.quantize(Decimal("0.01")):
        return f"${value:,.2f}"
    return f"${value.normalize():,f}"
