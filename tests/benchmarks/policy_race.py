"""Budgets under a race: sixteen processes spend one cap, one more is killed between hold and settle, run after run.

What was spent is summed from the holds, not from the usage that the caps are checked against. `REOS_BENCH_RUNS` sets
the number of runs.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from uuid import UUID

from identity_import import server, tenant, url
from measures import Measure

from reos import db
from reos.core.clock import FixedClock
from reos.core.money import MicroUsd
from reos.db import seed
from reos.policy import budgets

RUNS = int(os.environ.get("REOS_BENCH_RUNS", "20"))
WORKERS = 16
PRICE = MicroUsd(80_000)
CAP = MicroUsd(10_000_000)  # 125 calls
CLOCK = FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))
ABANDONED = timedelta(minutes=30)
FORK = multiprocessing.get_context("fork")

TRUTH = """
select coalesce(sum(coalesce(actual_microusd, amount_microusd)) filter (where released_at is null), 0)::bigint as spent,
       count(*) filter (where settled_at is not null) as settled,
       count(*) filter (where settled_at is null and released_at is null) as open
  from app.budget_hold where tenant_id = %s
"""
USAGE = "select held_microusd + spent_microusd as used from app.budget_usage where tenant_id = %s and period = 'day'"


@dataclass(frozen=True)
class Run:
    """What one race left behind, in micro-dollars and holds."""

    spent: int
    settled: int
    leaked: int
    held_by_the_dead: int
    adds_up: bool
    reaped_in: float


def work(place: str, tenants: list[UUID], barrier: Barrier, calls: "SimpleQueue[int]") -> None:
    """Buy until the cap refuses, in each tenant in turn, all workers at once; every tenth call is given back."""
    done = 0
    with db.connect(url(place, "reos_pipeline")) as conn:
        for tenant_id in tenants:
            barrier.wait()
            while (grant := _spend(conn, tenant_id)) is not None:
                done += 1
                with db.tenant_transaction(conn, tenant_id):
                    if done % 10:
                        budgets.settle(conn, grant.hold_id, grant.amount, at=CLOCK.now())
                    else:
                        budgets.release(conn, grant.hold_id, at=CLOCK.now())
            barrier.wait()
    calls.put(done)


def _spend(conn: db.connection.Connection, tenant_id: UUID) -> budgets.Grant | None:
    with db.tenant_transaction(conn, tenant_id):
        return budgets.spend(conn, tenant_id, "attom", PRICE, 1, clock=CLOCK).grant


def die_holding(place: str, tenant_id: UUID) -> None:
    """Hold the price of five calls in a process of its own and kill it before it settles."""
    reading, writing = FORK.Pipe(duplex=False)

    def hold() -> None:
        with db.connect(url(place, "reos_pipeline")) as conn:
            with db.tenant_transaction(conn, tenant_id):
                budgets.spend(conn, tenant_id, "attom", PRICE, 5, clock=CLOCK)
            writing.send("held")
            time.sleep(600)

    victim = FORK.Process(target=hold)
    victim.start()
    reading.recv()
    os.kill(victim.pid or 0, signal.SIGKILL)
    victim.join()


def race(place: str) -> tuple[list[Run], int, float]:
    """Run all races; returns what each left, the calls made and the seconds they took."""
    tenants = [tenant(place, f"race-{number}") for number in range(RUNS)]
    with db.connect(url(place, "reos_owner")) as owner:
        for tenant_id in tenants:
            seed.seed_budget(owner, tenant_id, "attom", "day", CAP)
    for tenant_id in tenants:
        die_holding(place, tenant_id)
    barrier, calls = FORK.Barrier(WORKERS), FORK.SimpleQueue()
    workers = [FORK.Process(target=work, args=(place, tenants, barrier, calls)) for _ in range(WORKERS)]
    began = time.monotonic()
    for worker in workers:
        worker.start()
    done = sum(calls.get() for _ in workers)
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - began
    with db.connect(url(place, "reos_pipeline")) as conn:
        return [_judged(conn, tenant_id) for tenant_id in tenants], done, seconds


def _judged(conn: db.connection.Connection, tenant_id: UUID) -> Run:
    with db.tenant_transaction(conn, tenant_id):
        before = conn.execute(TRUTH, (tenant_id,)).fetchone() or {}
        began = time.monotonic()
        budgets.reap_holds(conn, ABANDONED, at=CLOCK.now() + 2 * ABANDONED)
        reaped_in = time.monotonic() - began
        after = conn.execute(TRUTH, (tenant_id,)).fetchone() or {}
        usage = conn.execute(USAGE, (tenant_id,)).fetchone() or {}
    adds_up = usage["used"] == after["spent"] == after["settled"] * PRICE
    return Run(before["spent"], before["settled"], after["open"], before["open"], adds_up, reaped_in)


def measures() -> Iterator[Measure]:
    """Yield what sixteen workers overspend, leak and leave unspent."""
    with server() as place:
        runs, calls, seconds = race(place)
    over = max(max(run.spent - CAP, 0) for run in runs) / 1e6
    unspent = max(max(CAP - run.spent, 0) for run in runs) / 1e6
    yield Measure(f"policy: budget race, runs of {WORKERS} processes", len(runs))
    yield Measure("policy: budget race, most overspent in USD", over, "= 0")
    yield Measure("policy: budget race, most left unspent in USD", unspent)
    odd = sum(not run.adds_up for run in runs)
    yield Measure("policy: budget race, runs whose usage is not the sum of their holds", odd, "= 0")
    yield Measure("policy: budget race, holds of processes killed with -9", sum(run.held_by_the_dead for run in runs))
    yield Measure("policy: budget race, holds leaked after the reaper", sum(run.leaked for run in runs), "= 0")
    yield Measure("policy: budget race, longest reaping in s", max(run.reaped_in for run in runs))
    yield Measure("policy: budget race, calls decided, held and settled/s", calls / seconds)
