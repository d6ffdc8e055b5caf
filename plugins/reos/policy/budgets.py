"""Caps on what a tenant spends with a provider, a day and a month (UTC). Money is held before a call, settled after it.

Whether it may be spent is decided by the policy kernel, and fails closed: without a budget a paid provider is refused.
What is free needs no budget. Every function works in the caller's transaction; hold and call never share one, so a hold
of a worker that died is found by `reap_holds`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from reos.core.clock import Clock, FixedClock
from reos.core.errors import BudgetExhaustedError, ConflictError, InvalidInputError, NotFoundError
from reos.core.ids import NewId, new_id
from reos.core.money import MicroUsd, format_usd
from reos.db.connection import Connection
from reos.policy import audit, budget_alerts
from reos.policy.budget_usage import PERIODS, Move, add_held, caps_of, lock_usage, move, period_start
from reos.policy.kernel import Decision, decide
from reos.policy.questions import Action, Principal, Resource

# Why money is refused, as in the error's context; each is the rule of `budget.cedar` with underscores.
REFUSALS = frozenset({"no_budget", *(f"{period}_cap" for period in PERIODS)})

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
_STALE = """
select tenant_id, hold_id, provider, amount_microusd, held_at from app.budget_hold
 where settled_at is null and released_at is null and held_at < %s
 order by tenant_id, held_at for update skip locked
"""


@dataclass(frozen=True)
class Grant:
    """What was granted: `units` of the units asked for, held under `hold_id`."""

    hold_id: UUID
    units: int
    amount: MicroUsd


@dataclass(frozen=True)
class Spend:
    """The recorded decision about money, with the grant or with the refusal, which says why and what to do."""

    decision_id: UUID
    decision: Decision
    grant: Grant | None
    refusal: BudgetExhaustedError | None


def spend(  # noqa: PLR0913 - what is bought, and who asks how
    conn: Connection,
    tenant_id: UUID,
    provider: str,
    unit: MicroUsd,
    wanted: int,
    *,
    clock: Clock,
    reference: str | None = None,
    service: str = "enrichment",
    make_id: NewId = new_id,
) -> Spend:
    """Decide on up to `wanted` units at the price `unit` and hold as many as every cap still admits, at least one.

    A refusal is no exception, so that the caller's transaction keeps its record. Raises `InvalidInputError` when
    nothing is asked for, `ConflictError` when a cap was cut at this very moment.
    """
    if unit <= 0 or wanted <= 0:
        raise InvalidInputError("A hold needs a positive price and number.", remedy="Free calls need no hold.")
    at = clock.now()
    caps = caps_of(conn, tenant_id, provider)
    used = lock_usage(conn, tenant_id, provider, at) if caps else {}
    left = {period: caps[period] - used[period] for period in PERIODS if period in caps}
    units = max(min(wanted, *(rest // unit for rest in left.values())), 1) if left else 1
    amount = MicroUsd(unit * units)
    context = {"amount": amount, "has_budget": bool(caps)} | {f"{period}_left": rest for period, rest in left.items()}
    resource = Resource("Budget", tenant_id, provider)
    decision = decide(Principal(service, tenant_id), Action.BUDGET_SPEND, resource, context)
    decision_id = audit.record(conn, decision, clock=clock, make_id=make_id)
    if not decision.allow:
        budget_alerts.tell(conn, tenant_id, provider, held_at=at, at=at, unit=unit, make_id=make_id)
        return Spend(decision_id, decision, None, _refusal(decision, provider, left, unit))
    add_held(conn, tenant_id, provider, amount, at)
    hold_id = make_id()
    conn.execute(_RECORD, (tenant_id, hold_id, provider, amount, at, reference))
    return Spend(decision_id, decision, Grant(hold_id, units, amount), None)


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
    """Do as `spend` does, but raise its `BudgetExhaustedError`: the record of a refusal goes with the transaction."""
    clock = FixedClock(at)
    done = spend(conn, tenant_id, provider, unit, wanted, clock=clock, reference=reference, make_id=new_id)
    if done.grant is None:
        raise done.refusal or ConflictError(f"Nothing was held for {provider}.")
    return done.grant


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
    """Set `amount` aside for a call and return the hold's id; raises as `hold_units` does."""
    return hold_units(conn, tenant_id, provider, amount, 1, at=at, reference=reference, new_id=new_id).hold_id


def units_left(conn: Connection, tenant_id: UUID, provider: str, unit: MicroUsd, *, at: datetime) -> int:
    """Return how many units at the price `unit` every cap still admits; 0 without a budget. Holds and locks nothing."""
    days = {period: period_start(period, at) for period in PERIODS}
    row = conn.execute(_LEFT, {"tenant": tenant_id, "provider": provider, **days}).fetchone()
    return max(int((row["rest"] if row else None) or 0) // unit, 0)


def settle(conn: Connection, hold_id: UUID, actual: MicroUsd, *, at: datetime, make_id: NewId = new_id) -> None:
    """Turn a hold into what the call really cost, in the period in which it was held; the rest is free again.

    Repeating it changes nothing. A hold that was reaped meanwhile is charged all the same: the money is gone. What
    reaches an alert threshold is told, so let it be the transaction's last statement.
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
    move(conn, [_move(found, held=0 if found["released_at"] else found["amount_microusd"], spent=actual)])
    conn.execute(
        "update app.budget_hold set settled_at = %s, released_at = null, actual_microusd = %s where hold_id = %s",
        (at, actual, hold_id),
    )
    whose = (found["tenant_id"], found["provider"])
    budget_alerts.tell(conn, *whose, held_at=found["held_at"], at=at, make_id=make_id)


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


def _refusal(decision: Decision, provider: str, left: Mapping[str, int], unit: MicroUsd) -> BudgetExhaustedError:
    if not left:
        told = f"The tenant has no budget for {provider}, so nothing may be spent there."
        return BudgetExhaustedError(
            told, remedy="Set a budget for the provider.", provider=provider, reason=decision.rule.replace("-", "_")
        )
    period = min(left, key=lambda period: left[period])
    remaining = format_usd(MicroUsd(max(left[period], 0)))
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


def _move(row: Mapping[str, Any], *, held: int, spent: int) -> Move:
    return Move(row["tenant_id"], row["provider"], row["held_at"], held, spent)


def _release(conn: Connection, holds: list[dict[str, Any]], at: datetime) -> None:
    move(conn, [_move(row, held=row["amount_microusd"], spent=0) for row in holds])
    ids = [row["hold_id"] for row in holds]
    conn.execute("update app.budget_hold set released_at = %s where hold_id = any (%s)", (at, ids))
