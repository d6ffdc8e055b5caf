"""Setting a tenant's cap: what a person changes is told on the timeline, with the cap that was there before."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from reos.core.errors import InvalidInputError, NotFoundError
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.policy.budget_usage import PERIODS
from reos.policy.price_book import price_book

KIND = "budget_changed"
MOST_ALERTS = 10

_BEFORE = "select cap_microusd from app.budget where tenant_id = %s and provider = %s and period = %s for update"
_SET = """
insert into app.budget (tenant_id, provider, period, cap_microusd, alert_percents)
values (%(tenant)s, %(provider)s, %(period)s, %(cap)s, coalesce(%(percents)s::smallint[], '{50,80,100}'))
on conflict (tenant_id, provider, period) do update
   set cap_microusd = excluded.cap_microusd,
       alert_percents = coalesce(%(percents)s::smallint[], app.budget.alert_percents)
"""


@dataclass(frozen=True)
class Cap:
    """What may be spent with `provider` a `period`, in micro-dollars; `alert_percents` None keeps what is set."""

    provider: str
    period: str
    microusd: int
    alert_percents: Sequence[int] | None = None


def set_cap(conn: Connection, tenant_id: UUID, cap: Cap, *, user_id: UUID, make_id: NewId = new_id) -> None:
    """Set the cap in the caller's transaction and tell it. What is held or spent already stays, even above the cap.

    Raises `NotFoundError` for a provider without a price or an unknown period, `InvalidInputError` for alerts that
    are no shares of the cap.
    """
    known = sorted({price.provider for price in price_book().prices if price.microusd})
    if cap.provider not in known or cap.period not in PERIODS:
        told = f"There is no budget for {cap.provider} a {cap.period}."
        raise NotFoundError(told, remedy=f"Paid providers are {', '.join(known)}; periods are day and month.")
    percents = None if cap.alert_percents is None else sorted(set(cap.alert_percents))
    if percents is not None and (len(percents) > MOST_ALERTS or not all(0 < percent <= 100 for percent in percents)):  # noqa: PLR2004 - per cent
        raise InvalidInputError("An alert is at 1 to 100 per cent of the cap, at most ten of them.")
    before = conn.execute(_BEFORE, (tenant_id, cap.provider, cap.period)).fetchone()
    asked = {"tenant": tenant_id, "provider": cap.provider, "period": cap.period, "cap": cap.microusd}
    conn.execute(_SET, {**asked, "percents": percents})
    payload = {
        "kind": KIND,
        "provider": cap.provider,
        "period": cap.period,
        "cap_microusd": cap.microusd,
        "cap_before_microusd": before["cap_microusd"] if before else None,
    }
    event = NewEvent(EventType.TIMELINE_UPDATED, tenant_id, None, payload, make_id(), user_id=user_id)
    append(conn, [event], new_id=make_id)
