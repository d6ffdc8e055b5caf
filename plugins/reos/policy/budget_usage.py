"""What is capped, held and spent a tenant, provider and period (UTC day and month): the rows that holds move.

All workers lock a provider's usage in the same order, month before day, so they never wait for each other in a circle.
Usage is kept for both periods even if only one is capped: a cap that is added later finds what was spent before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from reos.core.errors import ConflictError
from reos.core.money import MicroUsd
from reos.db.connection import Connection

PERIODS = ("month", "day")

_CAPS = "select period, cap_microusd from app.budget where tenant_id = %s and provider = %s"
_OPEN = """
insert into app.budget_usage (tenant_id, provider, period, period_start)
values (%(tenant)s, %(provider)s, %(period)s, %(start)s) on conflict do nothing
"""
_LOCK = """
select held_microusd + spent_microusd as used from app.budget_usage
 where tenant_id = %(tenant)s and provider = %(provider)s and period = %(period)s and period_start = %(start)s
   for update
"""
_ADD = """
update app.budget_usage u set held_microusd = u.held_microusd + %(amount)s
 where u.tenant_id = %(tenant)s and u.provider = %(provider)s and u.period = %(period)s and u.period_start = %(start)s
   and not exists (select from app.budget b
                    where b.tenant_id = u.tenant_id and b.provider = u.provider and b.period = u.period
                      and u.held_microusd + u.spent_microusd + %(amount)s > b.cap_microusd)
"""
_MOVE = """
update app.budget_usage set held_microusd = held_microusd - %(held)s, spent_microusd = spent_microusd + %(spent)s
 where tenant_id = %(tenant)s and provider = %(provider)s and period = %(period)s and period_start = %(start)s
"""


@dataclass(frozen=True)
class Move:
    """Amounts of one hold that stop being held, and those of them that were spent."""

    tenant_id: UUID
    provider: str
    held_at: datetime
    held: int
    spent: int


def period_start(period: str, at: datetime) -> date:
    """Return the first day of the `day` or `month` (UTC) in which `at` lies."""
    today = at.astimezone(UTC).date()
    return today if period == "day" else today.replace(day=1)


def caps_of(conn: Connection, tenant_id: UUID, provider: str) -> dict[str, int]:
    """Return the caps by period; none means that there is no budget."""
    return {row["period"]: int(row["cap_microusd"]) for row in conn.execute(_CAPS, (tenant_id, provider))}


def lock_usage(conn: Connection, tenant_id: UUID, provider: str, at: datetime) -> dict[str, int]:
    """Lock the usage of both periods until the transaction ends, and return what is held and spent in each."""
    used = {}
    for period in PERIODS:
        key = _key(tenant_id, provider, period, at)
        conn.execute(_OPEN, key)
        row = conn.execute(_LOCK, key).fetchone()
        used[period] = int(row["used"]) if row else 0
    return used


def add_held(conn: Connection, tenant_id: UUID, provider: str, amount: MicroUsd, at: datetime) -> None:
    """Add a hold to the locked usage; `ConflictError` when a cap was cut since it was read: then nothing is held."""
    for period in PERIODS:
        added = conn.execute(_ADD, {**_key(tenant_id, provider, period, at), "amount": amount}).rowcount
        if added != 1:
            raise ConflictError(f"The budget for {provider} changed during a hold.", remedy="Try again.")


def move(conn: Connection, moves: Iterable[Move]) -> None:
    """Move amounts in the periods in which they were held, even if a new one has begun since."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for one in moves:
        for order, period in enumerate(PERIODS):
            key = (one.tenant_id, one.provider, order, period_start(period, one.held_at))
            total = sums.setdefault(key, [0, 0])
            total[0] += one.held
            total[1] += one.spent
    for (tenant, provider, order, start), (held, spent) in sorted(sums.items()):
        key_of = {"tenant": tenant, "provider": provider, "period": PERIODS[order], "start": start}
        conn.execute(_MOVE, {**key_of, "held": held, "spent": spent})


def _key(tenant_id: UUID, provider: str, period: str, at: datetime) -> dict[str, Any]:
    return {"tenant": tenant_id, "provider": provider, "period": period, "start": period_start(period, at)}
