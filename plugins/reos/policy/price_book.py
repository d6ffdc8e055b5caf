"""What one unit of a provider's dataset costs on a day.

The book is data (`price_book.yml`), dated and append-only, so that the cost of a past decision can be computed again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from reos.core.errors import ConfigurationError
from reos.core.money import MicroUsd

PRICE_BOOK = Path(__file__).with_name("price_book.yml")

_UNITS = frozenset({"record", "message", "piece"})
_REMEDY = "Correct reos/policy/price_book.yml; its header describes the form."


@dataclass(frozen=True)
class Price:
    """The price of one `unit` of a dataset, from `effective_from` on."""

    provider: str
    dataset: str
    unit: str
    microusd: MicroUsd
    effective_from: date


class PriceBook:
    """Dated prices by provider and dataset."""

    def __init__(self, prices: Iterable[Price]) -> None:
        self.prices = tuple(sorted(prices, key=lambda price: (price.provider, price.dataset, price.effective_from)))
        keys = [(price.provider, price.dataset, price.effective_from) for price in self.prices]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ConfigurationError(f"The price book lists {sorted(twice)} more than once.", remedy=_REMEDY)

    def price(self, provider: str, dataset: str, on: date) -> Price:
        """Return the price in force on the day `on`.

        Raises `ConfigurationError` when there is none: nothing is free by omission.
        """
        known = [price for price in self.prices if (price.provider, price.dataset) == (provider, dataset)]
        in_force = [price for price in known if price.effective_from <= on]
        if not in_force:
            raise ConfigurationError(f"No price for {provider}/{dataset} on {on.isoformat()}.", remedy=_REMEDY)
        return in_force[-1]


def read_price_book(path: Path = PRICE_BOOK) -> PriceBook:
    """Read a price book; `ConfigurationError` for a row that is not exactly of the documented form."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows = document.get("prices") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise ConfigurationError(f"{path.name} has no list `prices`.", remedy=_REMEDY)
    return PriceBook(_price(row, number) for number, row in enumerate(rows, start=1))


@lru_cache(maxsize=1)
def price_book() -> PriceBook:
    """Return the product's price book, read on first use."""
    return read_price_book()


def _price(row: Mapping[str, Any], number: int) -> Price:
    fields = {"provider": str, "dataset": str, "unit": str, "microusd": int, "effective_from": date}
    wrong = not isinstance(row, dict) or row.keys() != fields.keys()
    wrong = wrong or any(type(row[name]) is not kind for name, kind in fields.items())
    if wrong or row["unit"] not in _UNITS or row["microusd"] < 0:
        raise ConfigurationError(f"Row {number} of the price book is malformed: {row!r}.", remedy=_REMEDY)
    return Price(**row)
