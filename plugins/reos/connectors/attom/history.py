"""Which of a property's recorded transfers is its last sale."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from reos.connectors.values import day

Transfer = Mapping[str, Any]

_SECTION = "salehistory"
_DATES = ("saletransdate", "salesearchdate", "amount.salerecdate")
_AMOUNTS = ("amount.saleamt", "saleamountdata.saleamt")


def with_last_sale(body: Mapping[str, Any], not_sales: Sequence[str]) -> Mapping[str, Any]:
    """Return `body` with the last sale of its history as the section `sale`, where it has a history.

    That is the newest transfer which is a sale at all (its type holds none of the words of `not_sales`), or the newest
    of all where none is. Of two on one day, the one with a price.
    """
    histories = [value for key, value in body.items() if key.lower() == _SECTION]
    transfers = _transfers(histories[0]) if histories else []
    if not transfers:
        return body
    kept = {key: value for key, value in body.items() if key.lower() not in {_SECTION, "sale"}}
    return {**kept, "sale": max(transfers, key=lambda transfer: _rank(transfer, not_sales))}


def _transfers(history: object) -> list[Transfer]:
    rows = [history] if isinstance(history, Mapping) else history
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _rank(transfer: Transfer, not_sales: Sequence[str]) -> tuple[bool, date, bool]:
    """Return what a later sale has more of: being one, its date, a price."""
    found = {key.lower(): value for key, value in transfer.items()}
    for part in ("amount", "saleamountdata"):
        inner = found.get(part)
        if isinstance(inner, Mapping):
            found |= {f"{part}.{key.lower()}": value for key, value in inner.items()}
    kind = str(found.get("amount.saletranstype") or found.get("saleamountdata.saletranstype") or "").upper()
    dates = [each for name in _DATES if (each := _day(found.get(name)))]
    priced = any(bool(found.get(name)) for name in _AMOUNTS)
    return not any(word in kind for word in not_sales), dates[0] if dates else date.min, priced


def _day(value: object) -> date | None:
    try:
        return day(value)
    except (ValueError, OverflowError, RecursionError):
        return None  # if it is the chosen one, reading it says so
