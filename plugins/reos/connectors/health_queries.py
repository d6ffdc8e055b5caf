"""Reading how providers do: breakers, a tenant's calls and money, as SQL that builds JSON. Pure, as all our queries."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from reos.property.moment_list import Condition, MomentList
from reos.property.queries import Query

ANSWERED = ("ok", "not_found")  # the outcomes in which a provider did its work

# One row a provider with calls since $1; `names` maps the ledger's names to providers.
_CALLS = """
select n.provider, count(*) as calls, count(*) filter (where c.outcome = any ($4::text[])) as answered,
       sum(c.records) as records, sum(c.cost_microusd) as cost_microusd,
       percentile_disc(0.5) within group (order by c.latency_ms) as latency_p50_ms,
       percentile_disc(0.95) within group (order by c.latency_ms) as latency_p95_ms,
       (array_agg(json_build_object('kind', c.outcome, 'at', c.called_at, 'http_status', c.http_status,
                                    'detail', c.error)
                  order by c.called_at desc) filter (where c.outcome <> all ($4::text[])))[1] as last_error
  from app.provider_call c join names n on n.name = c.provider
 where c.called_at >= $1
 group by n.provider
"""
_BREAKERS = """
select n.provider, h.scope, case when h.provider = n.provider then null else h.provider end as service, h.state,
       h.failures, h.opened_at, h.retry_at, h.last_ok_at, h.last_error_at, h.last_error_kind, h.last_error
  from app.provider_health h join names n on n.name = h.provider
 order by n.provider, h.provider, h.scope
"""
_MONEY = """
select u.provider, u.period, u.held_microusd, u.spent_microusd
  from app.budget_usage u
 where u.period_start = case u.period when 'day' then $5::date else $6::date end
"""
_LEDGER = MomentList(
    "app.provider_call",
    "called_at",
    "call_id",
    """r.call_id, r.provider, r.dataset, r.property_id, r.outcome, r.http_status, r.records, r.cost_microusd,
       r.latency_ms, r.called_at, r.error""",
    newest_first=True,
)


def overview(
    names: Mapping[str, str], since: datetime, day: date, month: date, answered: Sequence[str] = ANSWERED
) -> Query:
    """Query everything about providers in one row of JSON texts: `calls`, `breakers`, `usage`, `caps`, `sources`.

    `names` maps the names in the ledger to providers; `day` and `month` are the starts of the periods.
    """
    columns = {
        "calls": _CALLS,
        "breakers": _BREAKERS,
        "usage": _MONEY,
        "caps": "select provider, period, cap_microusd from app.budget",
        "sources": "select source, configured, checked_at from app.source_status",
    }
    selected = ", ".join(
        f"(select coalesce(json_agg(to_json(x)), '[]') from ({query}) x)::text as {name}"  # noqa: S608 (constants)
        for name, query in columns.items()
    )
    return Query(
        f"with names as (select * from unnest($2::text[], $3::text[]) as n (name, provider)) select {selected}",  # noqa: S608 (constants)
        (since, list(names), list(names.values()), list(answered), day, month),
    )


def breakers() -> Query:
    """Query the state of every breaker: `provider`, `scope`, `state`, `failures`, `last_ok_at`."""
    return Query("select provider, scope, state, failures, last_ok_at from app.provider_health")


def calls(
    names: Sequence[str],
    limit: int,
    *,
    outcome: str | None = None,
    property_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
) -> Query:
    """Query one page of a provider's calls, newest first, as `MomentList.page` does; `names` are its in the ledger."""
    conditions: list[Condition] = [
        ("r.provider = any ({}::text[])", list(names)),
        ("r.outcome = {}", outcome),
        ("r.property_id = {}", property_id),
    ]
    return _LEDGER.page(conditions, limit, after)
