"""What has been used of the plan, by Regrid's own count: the check on our ledger, and the warning before 402."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from reos.connectors.regrid.envelope import drift
from reos.connectors.values import day, number


@dataclass(frozen=True)
class Usage:
    """One billing period (both days included): requests sent, parcel records returned, records beyond the plan."""

    begin: date | None
    end: date | None
    requests: int
    records: int
    overage: int
    trial: bool


def read_usage(document: Mapping[str, Any]) -> Usage:
    """Parse an answer of `/usage`; `SchemaDriftError` (free) when it has no total."""
    total, overage = document.get("total"), document.get("overage")
    if not isinstance(total, Mapping) or "results" not in total:
        raise drift("Regrid's usage has no `total.results`.", billed=0)
    beyond = overage if isinstance(overage, Mapping) else {}
    try:
        return Usage(
            begin=day(document.get("begin")),
            end=day(document.get("end")),
            requests=int(number(total.get("requests")) or 0),
            records=int(number(total.get("results")) or 0),
            overage=int(number(beyond.get("results")) or 0),
            trial=document.get("trial") is True,
        )
    except (ValueError, OverflowError, RecursionError) as error:
        raise drift(f"Regrid's usage: {error}.", billed=0) from None
