"""One cell of the fault matrix: a use-case under a fault, then without it, and everything that must hold of both."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.fault_bench import IMPATIENT, PATIENT, Bench
from tests.benchmarks.fault_drives import Drive, Kinds

from reos.connectors.registry import SPECS

_LATE_MS = 1_200  # longer than an impatient try waits
_UNAVAILABLE = frozenset({"unavailable"})
FAULTS: Mapping[str, tuple[dict[str, Any], Kinds]] = {
    "latency": ({"latency_ms": _LATE_MS}, _UNAVAILABLE),
    "429": ({}, frozenset({"rate_limited"})),
    "500": ({}, _UNAVAILABLE),
    "cut": ({}, _UNAVAILABLE),
    "drip": ({}, _UNAVAILABLE),
    "malformed": ({}, _UNAVAILABLE),
    "schema_drift": ({}, frozenset({"schema_drift"})),
    "error_in_200": ({}, _UNAVAILABLE),
}
_SLOW = frozenset({"latency", "drip"})
_BILLED = "select coalesce(sum(cost_microusd), 0) as cost from app.provider_call where provider = %s"
_SPENT = """
select coalesce(sum(spent_microusd), 0) as spent, coalesce(sum(held_microusd), 0) as held
  from app.budget_usage where provider = %s and period = 'month'
"""
_TWICE = """
select property_id from app.provider_call
 where provider = %s and outcome = 'ok' and records > 0 and property_id is not null
 group by property_id, dataset having count(*) > 1
"""


@dataclass(frozen=True)
class Account:
    """A paid provider in micro-dollars: what it sold, what the ledger says, what the budget has settled and holds."""

    sold: int
    billed: int
    spent: int
    held: int


@dataclass
class Cell:
    """What was seen: kinds under the fault, and everything that should not be."""

    drive: str
    provider: str
    fault: str
    kinds: Kinds = frozenset()
    problems: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def __str__(self) -> str:
        verdict = "ok" if not self.problems else "; ".join(f"{name}: {told}" for name, told in self.problems.items())
        return f"{self.drive:<22}{self.fault:<14}{', '.join(sorted(self.kinds)):<28}{self.seconds:6.1f} s  {verdict}"


def try_fault(bench: Bench, drive: Drive, fault: str) -> Cell:
    """Put `drive` through `fault` and out again. Expects the sandbox without faults, and leaves it so."""
    started = time.monotonic()
    cell = Cell(drive.name, drive.provider, fault)
    options, usual = FAULTS[fault]
    expected = drive.expected.get(fault, usual)
    before = _accounts(bench)
    drive.begin(bench)
    bench.sandbox.fault(drive.provider, fault, **options, **drive.fault)
    try:
        asked = bench.sandbox.asked(drive.provider)
        cell.kinds = drive.run(bench, IMPATIENT if fault in _SLOW else PATIENT)
        if bench.sandbox.asked(drive.provider) == asked:
            cell.problems["void"] = "nobody was asked"
    except Exception as error:  # noqa: BLE001 - a crash is what the drill looks for
        cell.problems["crash"] = f"{type(error).__name__}: {error}"
    finally:
        bench.sandbox.no_faults()
    if not cell.kinds <= expected or not cell.kinds:
        cell.problems["kind"] = f"expected {', '.join(sorted(expected))}"
    _note(cell, "lost", drive.lost(bench))
    _recover(bench, drive, cell)
    if fault == "latency":
        time.sleep(_LATE_MS / 1000)  # a late answer is sold when it leaves, though nobody waits for it
    _check_money(bench, cell, before)
    cell.seconds = time.monotonic() - started
    return cell


def _recover(bench: Bench, drive: Drive, cell: Cell) -> None:
    """Run again when the breaker's pause, and the memory of an answer that could not be read, are over."""
    bench.later(days=31)
    try:
        drive.run(bench, PATIENT)
    except Exception as error:  # noqa: BLE001 - a crash is what the drill looks for
        cell.problems["crash after"] = f"{type(error).__name__}: {error}"
    _note(cell, "not done after", drive.undone(bench))


def _accounts(bench: Bench) -> dict[str, Account]:
    sold = bench.sandbox.sold()
    return {
        provider: Account(
            sold=records * _price(bench, provider),
            billed=int(bench.rows(_BILLED, provider)[0]["cost"]),
            spent=int(bench.rows(_SPENT, provider)[0]["spent"]),
            held=int(bench.rows(_SPENT, provider)[0]["held"]),
        )
        for provider, records in sold.items()
    }


def _check_money(bench: Bench, cell: Cell, before: Mapping[str, Account]) -> None:
    """Compare what the sandbox sold meanwhile, what the ledger says, and what the budget has settled."""
    for provider, after in _accounts(bench).items():
        sold, billed, spent = (
            getattr(after, name) - getattr(before[provider], name) for name in ("sold", "billed", "spent")
        )
        if billed != sold:
            cell.problems[f"{provider} ledger"] = f"{billed} billed, {sold} sold"
        if spent != billed or after.held:
            cell.problems[f"{provider} budget"] = f"{spent} spent and {after.held} held, {billed} billed"
        _note(cell, "bought twice", [str(row["property_id"]) for row in bench.rows(_TWICE, provider)])


def _price(bench: Bench, provider: str) -> int:
    prices = {spec.price(bench.clock.now().date()) for spec in SPECS.values() if spec.provider == provider}
    return prices.pop() if len(prices) == 1 else 0


def _note(cell: Cell, name: str, found: list[str]) -> None:
    if found:
        cell.problems[name] = f"{len(found)} ({found[0]})"
