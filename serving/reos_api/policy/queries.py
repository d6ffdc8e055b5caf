"""The SQL of `/v1/policy`, where PostgreSQL builds the JSON; row-level security confines it to the caller's tenant."""

from datetime import date, datetime
from uuid import UUID

from reos.property.moment_list import Condition, MomentList
from reos.property.queries import Query
from reos_api.policy.schemas import DecisionFilters

_DECISIONS = MomentList(
    "app.policy_decision",
    "decided_at",
    "decision_id",
    """r.decision_id, r.decided_at, r.principal, r.action, r.resource, r.context, r.allow, r.policy_ids, r.reasons,
       r.policy_version""",
    newest_first=True,
)


def decisions(filters: DecisionFilters, after: tuple[datetime, UUID] | None) -> Query:
    """Query one page, newest first, as `MomentList.page` does."""
    conditions: list[Condition] = [
        ("r.action = {}", filters.action),
        ("r.allow = {}", filters.allow),
        ("r.decided_at >= {}", filters.since),
        ("r.resource ->> 'kind' = {}", filters.kind),
        ("r.resource ->> 'id' = {}", filters.resource),
    ]
    return _DECISIONS.page(conditions, filters.limit, after)


def budgets(day: date) -> Query:
    """Query every cap with its use in the periods in which `day` lies, as JSON text."""
    return Query(
        """
        select json_build_object('items', coalesce(json_agg(to_json(x) order by x.provider, x.period), '[]'))::text
          from (select b.provider, b.period, p.period_start, b.cap_microusd,
                       coalesce(u.held_microusd, 0) as held_microusd, coalesce(u.spent_microusd, 0) as spent_microusd,
                       greatest(b.cap_microusd - coalesce(u.held_microusd + u.spent_microusd, 0), 0) as left_microusd,
                       b.alert_percents,
                       array(select a.percent from app.budget_alert a
                              where a.provider = b.provider and a.period = b.period
                                and a.period_start = p.period_start and a.cap_microusd = b.cap_microusd
                              order by a.percent) as alerts_told
                  from app.budget b
                 cross join lateral (select case b.period when 'day' then $1::date
                                                 else date_trunc('month', $1::date)::date end as period_start) p
                  left join app.budget_usage u
                    on u.tenant_id = b.tenant_id and u.provider = b.provider and u.period = b.period
                   and u.period_start = p.period_start) x
        """,
        (day,),
    )


def costs(since: date, until: date) -> Query:
    """Query what was spent a day, provider and dataset, from `since` to `until` (UTC, both included), as JSON text."""
    return Query(
        """
        select json_build_object('since', $1::date, 'until', $2::date,
                                 'total_microusd', coalesce(sum(x.cost_microusd), 0),
                                 'items', coalesce(json_agg(to_json(x) order by x.day desc, x.provider, x.dataset),
                                                   '[]'))::text
          from (select (called_at at time zone 'utc')::date as day, provider, dataset, count(*) as calls,
                       sum(records) as records, sum(cost_microusd)::bigint as cost_microusd
                  from app.provider_call
                 where called_at >= $1::date::timestamp at time zone 'utc'
                   and called_at < ($2::date + 1)::timestamp at time zone 'utc'
                 group by 1, 2, 3) x
        """,
        (since, until),
    )
