"""Telling people that a budget runs out: once a period, cap and share of the cap (`app.budget.alert_percents`).

What counts is what is spent, not what is held, since a hold may be given back. A cap of which not one more record can
be paid is used up, whatever cents are left. A cap that is changed is a new cap, with alerts of its own.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from reos.core.ids import NewId, new_id
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.policy.budget_usage import PERIODS, period_start

KIND = "budget_threshold"

_REACHED = """
insert into app.budget_alert (tenant_id, provider, period, period_start, cap_microusd, percent, spent_microusd, told_at)
select b.tenant_id, b.provider, b.period, u.period_start, b.cap_microusd, p.percent, u.spent_microusd, %(at)s
  from app.budget b
  join app.budget_usage u
    on u.tenant_id = b.tenant_id and u.provider = b.provider and u.period = b.period
   and u.period_start = case b.period when 'day' then %(day)s::date else %(month)s::date end
 cross join unnest(b.alert_percents) as p (percent)
 where b.tenant_id = %(tenant)s and b.provider = %(provider)s
   and (u.spent_microusd * 100 >= b.cap_microusd * p.percent
        or (p.percent = 100 and u.spent_microusd + %(unit)s > b.cap_microusd))
on conflict do nothing
returning period, period_start, cap_microusd, percent, spent_microusd
"""


def tell(
    conn: Connection,
    tenant_id: UUID,
    provider: str,
    *,
    held_at: datetime,
    at: datetime,
    unit: int = 0,
    make_id: NewId = new_id,
) -> int:
    """Append an event for each period whose spending has newly reached a share of its cap; return how many.

    The highest share reached is told; the lower ones count as told. `held_at` lies in the periods that are meant,
    `unit` is the price of one more record that was refused. Call it last in the transaction (see `reos.events.append`).
    """
    days = {period: period_start(period, held_at) for period in PERIODS}
    asked = {"tenant": tenant_id, "provider": provider, "at": at, "unit": unit, **days}
    reached = conn.execute(_REACHED, asked).fetchall()
    highest = {row["period"]: row for row in sorted(reached, key=lambda row: row["percent"])}
    append(conn, [_event(tenant_id, provider, row, make_id) for row in highest.values()], new_id=make_id)
    return len(highest)


def _event(tenant_id: UUID, provider: str, row: dict[str, Any], make_id: NewId) -> NewEvent:
    told = {**row, "period_start": row["period_start"].isoformat()}
    return NewEvent(
        EventType.TIMELINE_UPDATED, tenant_id, None, {"kind": KIND, "provider": provider, **told}, make_id()
    )
