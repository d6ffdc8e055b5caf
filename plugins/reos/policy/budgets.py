"""Caps on what a tenant spends with a provider, a day and a month (UTC). Money is held before a call, settled after it.

Budgets fail closed: without a budget row a paid provider is refused. What is free needs no budget. Every function works
in the caller's transaction; hold and call never share one, so a hold of a worker that died is found by `reap_holds`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from reos.core.errors import BudgetExhaustedError, ConflictError, InvalidInputError, NotFoundError
from reos.core.ids import NewId, new_id
from reos.core.money import MicroUsd, format_usd
from reos.db.connection import Connection

# All workers lock in this order, so they never wait for each other in a circle. Usage is kept for both periods even if
# only one is capped: a cap that is added later finds what was spent before.
_PERIODS = ("month", "day")

# Why `hold_units` refuses, as in the error's context.
REFUSALS = frozenset({"no_budget", *(f"{period}_cap" for period in _PERIODS)})

_CAPS = "select period, cap_microusd from app.budget where tenant_id = %s and provider = %s"

_OPEN_USAGE = """
insert into app.budget_usage (tenant_id, provider, period, period_start)
values (%(tenant)s, %(provider)s, %(period)s, %(start)s) on conflict do nothing
"""
_LOCK_USAGE = """
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
_LEFT = """
select min(b.cap_microusd - coalesce(u.held_microusd + u.spent_microusd, 0)) as rest
  from app.budget b
  left join app.budget_usage u
    on u.tenant_id = b.tenant_id and u.provider = b.provider and u.period = b.period
   and u.period_start = case b.period when 'day' then %(day)s::date else %(month)s::date end
 where b.tenant_id = %(tenant)s and b.provider = %(provider)s
"""
_RECORD = """
insert into app.budget_hold (tenant_id, hold_id, provider, amount_microusd, held_at, reference)
values (%s, %s, %s, %s, %s, %s)
"""
_FIND = """
select tenant_id, hold_id, provider, amount_microusd, held_at, settled_at, released_at
  from app.budget_hold where hold_id = %s for update
"""
_MOVE = """
update app.budget_usage set held_microusd = held_microusd - %(held)s, spent_microusd = spent_microusd + %(spent)s
 where tenant_id = %(tenant)s and provider = %(provider)s and period = %(period)s and period_start = %(start)s
"""
_STALE = """
select tenant_id, hold_id, provider, amount_microusd, held_at, settled_at, released_at from app.budget_hold
 where settled_at is null and released_at is null and held_at < %s
 order by tenant_id, held_at for update skip locked
"""


@dataclass(frozen=True)
class Grant:
    """What was granted: `units` of the units asked for, held under `hold_id`."""

    hold_id: UUID
    units: int
    amount: MicroUsd


def period_start(period: str, at: datetime) -> date:
    """Return the first day of the `day` or `month` (UTC) in which `at` lies."""
    today = at.astimezone(UTC).date()
    return today if period == "day" else today.replace(day=1)


def hold(
    conn: Connection,
    tenant_id: UUID,
    provider: str,
    amount: MicroUsd,
    *,
    at: datetime,
    reference: str | None = None,
    new_id: NewId = new_id,
) -> UUID:
    """Set `amount` aside for a call and return the hold's id.

    Raises `BudgetExhaustedError` when it would exceed the cap of the day or of the month, or when there is no budget.
    """
    return hold_units(conn, tenant_id, provider, amount, 1, at=at, reference=reference, new_id=new_id).hold_id


def hold_units(
    conn: Connection,
    tenant_id: UUID,
    provider: str,
    unit: MicroUsd,
    wanted: int,
    *,
    at: datetime,
    reference: str | None = None,
    new_id: NewId = new_id,
) -> Grant:
    """Set aside up to `wanted` units at the price `unit`, as many as every cap still admits, at least one.

    Raises `BudgetExhaustedError` when not even one is left, or when there is no budget.
    """
    if unit <= 0 or wanted <= 0:
        raise InvalidInputError("A hold needs a positive price and number.", remedy="Free calls need no hold.")
    caps = _caps(conn, tenant_id, provider)
    keys = {period: _key(tenant_id, provider, period, at) for period in _PERIODS}
    left = {period: caps[period] - used for period, used in _used(conn, keys).items() if period in caps}
    tightest = min(left, key=lambda period: left[period])
    units = min(wanted, left[tightest] // unit)
    if units < 1:
        raise _exhausted(provider, tightest, left[tightest], unit)
    amount = MicroUsd(unit * units)
    for key in keys.values():
        added = conn.execute(_ADD, {**key, "amount": amount}).rowcount
        if added != 1:  # usage is locked, so only a cap cut this very moment gets here; then nothing is spent
            raise ConflictError(f"The budget for {provider} changed during a hold.", remedy="Try again.")
    hold_id = new_id()
    conn.execute(_RECORD, (tenant_id, hold_id, provider, amount, at, reference))
    return Grant(hold_id, units, amount)


def units_left(conn: Connection, tenant_id: UUID, provider: str, unit: MicroUsd, *, at: datetime) -> int:
    """Return how many units at the price `unit` every cap still admits; 0 without a budget. Holds and locks nothing."""
    days = {period: period_start(period, at) for period in _PERIODS}
    row = conn.execute(_LEFT, {"tenant": tenant_id, "provider": provider, **days}).fetchone()
    return max(int((row["rest"] if row else None) or 0) // unit, 0)


def settle(conn: Connection, hold_id: UUID, actual: MicroUsd, *, at: datetime) -> None:
    """Turn a hold into what the call really cost, in the period in which it was held; the rest is free again.

    Repeating it changes nothing. A hold that was reaped meanwhile is charged all the same: the money is gone.
    Raises `InvalidInputError` when the call cost more than was held, `NotFoundError` for an unknown hold.
    """
    found = _found(conn, hold_id)
    if found["settled_at"] is not None:
        return
    if actual < 0 or actual > found["amount_microusd"]:
        raise InvalidInputError(
            f"A call cost {format_usd(actual)}, {format_usd(found['amount_microusd'])} were held.",
            remedy="Hold the most a call can cost.",
        )
    _move(conn, found, held=0 if found["released_at"] else found["amount_microusd"], spent=actual)
    conn.execute(
        "update app.budget_hold set settled_at = %s, released_at = null, actual_microusd = %s where hold_id = %s",
        (at, actual, hold_id),
    )


def release(conn: Connection, hold_id: UUID, *, at: datetime) -> None:
    """Give a hold back: the call was not made, or cost nothing. Repeating it changes nothing.

    Raises `ConflictError` for a settled hold, `NotFoundError` for an unknown one.
    """
    found = _found(conn, hold_id)
    if found["settled_at"] is not None:
        raise ConflictError("The hold is settled already.", remedy="A settled hold cannot be given back.")
    if found["released_at"] is None:
        _release(conn, [found], at)


def reap_holds(conn: Connection, older_than: timedelta, *, at: datetime) -> list[UUID]:
    """Release the holds of workers that died: those open for longer than `older_than`. Returns their ids.

    Choose it far above a call's longest time; should the worker still live, its `settle` charges what it spent.
    """
    stale = conn.execute(_STALE, (at - older_than,)).fetchall()
    _release(conn, stale, at)
    return [row["hold_id"] for row in stale]


def _key(tenant_id: UUID, provider: str, period: str, at: datetime) -> dict[str, Any]:
    return {"tenant": tenant_id, "provider": provider, "period": period, "start": period_start(period, at)}


def _caps(conn: Connection, tenant_id: UUID, provider: str) -> dict[str, int]:
    rows = conn.execute(_CAPS, (tenant_id, provider)).fetchall()
    if not rows:
        raise BudgetExhaustedError(
            f"The tenant has no budget for {provider}, so nothing may be spent there.",
            remedy="Set a budget for the provider.",
            provider=provider,
            reason="no_budget",
        )
    return {row["period"]: int(row["cap_microusd"]) for row in rows}


def _used(conn: Connection, keys: Mapping[str, dict[str, Any]]) -> dict[str, int]:
    """Lock the usage of each period and return what is held and spent in it."""
    used = {}
    for period, key in keys.items():
        conn.execute(_OPEN_USAGE, key)
        row = conn.execute(_LOCK_USAGE, key).fetchone()
        used[period] = int(row["used"]) if row else 0
    return used


def _exhausted(provider: str, period: str, left: int, unit: MicroUsd) -> BudgetExhaustedError:
    remaining = format_usd(MicroUsd(max(left, 0)))
    return BudgetExhaustedError(
        f"The {period}'s budget for {provider} has {remaining} left; one record costs {format_usd(unit)}.",
        remedy=f"Raise the budget, or wait for the next {period}.",
        provider=provider,
        reason=f"{period}_cap",
    )


def _found(conn: Connection, hold_id: UUID) -> dict[str, Any]:
    row = conn.execute(_FIND, (hold_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no budget hold {hold_id}.", remedy="It belongs to another tenant or never was.")
    return row


def _release(conn: Connection, holds: Sequence[dict[str, Any]], at: datetime) -> None:
    for row in holds:
        _move(conn, row, held=row["amount_microusd"], spent=0)
    ids = [row["hold_id"] for row in holds]
    conn.execute("update app.budget_hold set released_at = %s where hold_id = any (%s)", (at, ids))


def _move(conn: Connection, row: dict[str, Any], *, held: int, spent: int) -> None:
    """Move a hold's amounts in the periods in which it was held, even if a new one has begun since."""
    for period in _PERIODS:
        key = _key(row["tenant_id"], row["provider"], period, row["held_at"])
        conn.execute(_MOVE, {**key, "held": held, "spent": spent})
