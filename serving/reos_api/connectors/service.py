"""Providers as the catalogue, the shared breakers and the tenant's own ledger tell of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from reos.connectors import catalogue, health_queries
from reos.connectors.health import State
from reos.policy.budget_usage import period_start
from reos_api.connectors import schemas
from reos_api.paging import decode_moment, moment_page_body
from reos_api.reads import TenantReads

_ORDER = "called_at"
_PERIODS = ("day", "month")
_WORST = (State.OPEN, State.HALF_OPEN, State.CLOSED)
_NO_CALLS: Mapping[str, Any] = {
    **dict.fromkeys(("calls", "answered", "records", "cost_microusd"), 0),
    **dict.fromkeys(("latency_p50_ms", "latency_p95_ms", "last_error")),
}

Rows = list[dict[str, Any]]


async def all_of(reads: TenantReads, now: datetime, hours: int) -> bytes:
    """Return all providers as JSON bytes."""
    told = await _told(reads, catalogue.PROVIDERS.values(), now, hours)
    items = [_connector(each, told, now) for each in catalogue.PROVIDERS.values()]
    return schemas.ConnectorList(window_hours=hours, items=items).model_dump_json().encode()


async def one(reads: TenantReads, name: str, now: datetime, hours: int) -> bytes:
    """Return one provider as JSON bytes."""
    provider = catalogue.provider_of(name)
    return _connector(provider, await _told(reads, [provider], now, hours), now).model_dump_json().encode()


async def calls(reads: TenantReads, name: str, filters: schemas.CallFilters) -> bytes:
    """Return one page of the tenant's calls to a provider as JSON bytes."""
    query = health_queries.calls(
        catalogue.provider_of(name).names,
        filters.limit,
        outcome=filters.outcome,
        property_id=filters.property_id,
        after=decode_moment(filters.cursor, _ORDER),
    )
    row = await reads.row(query)
    return moment_page_body(row, _ORDER)


async def _told(
    reads: TenantReads, providers: Iterable[catalogue.Provider], now: datetime, hours: int
) -> dict[str, Rows]:
    names = {name: each.name for each in providers for name in each.names}
    today = now.astimezone(UTC)
    query = health_queries.overview(
        names, now - timedelta(hours=hours), period_start("day", today), period_start("month", today)
    )
    return {name: orjson.loads(text) for name, text in (await reads.row(query)).items()}


def _connector(provider: catalogue.Provider, told: Mapping[str, Rows], now: datetime) -> schemas.Connector:
    known = {row["source"]: row["configured"] for row in told["sources"]}
    sources = [_source(each, known, now) for each in catalogue.sources_of(provider)]
    configured = [each.configured for each in sources if each.configured is not None]
    return schemas.Connector(
        provider=schemas.ProviderName(provider.name),
        label=provider.label,
        configured=any(configured) if configured else None,
        sources=sources,
        health=_health(provider.name, told),
        spend=_spend(provider.name, told, is_paid=any(each.price_microusd for each in sources)),
    )


def _source(source: catalogue.Source, known: Mapping[str, bool], now: datetime) -> schemas.ConnectorSource:
    return schemas.ConnectorSource(
        source=source.source,
        dataset=source.dataset,
        label=source.label,
        kind=source.kind,
        capabilities=list(source.capabilities),
        fills=list(source.fills),
        licence=source.licence,
        attribution=source.attribution,
        price_microusd=source.price(now.date()),
        max_age_days=source.max_age.days,
        configured=known.get(source.source),
    )


def _health(name: str, told: Mapping[str, Rows]) -> schemas.ConnectorHealth:
    breakers = [
        schemas.Breaker.model_validate({field: value for field, value in row.items() if field != "provider"})
        for row in told["breakers"]
        if row["provider"] == name
    ]
    figures = next((row for row in told["calls"] if row["provider"] == name), _NO_CALLS)
    shown = {field: value for field, value in figures.items() if field not in {"provider", "answered"}}
    states = {each.state for each in breakers}
    return schemas.ConnectorHealth(
        state=next((state for state in _WORST if state in states), State.CLOSED),
        breakers=breakers,
        success_rate=round(figures["answered"] / figures["calls"], 4) if figures["calls"] else None,
        **shown,
    )


def _spend(name: str, told: Mapping[str, Rows], *, is_paid: bool) -> schemas.ConnectorSpend:
    caps = {row["period"]: row["cap_microusd"] for row in told["caps"] if row["provider"] == name}
    usage: dict[str, dict[str, int]] = defaultdict(lambda: {"held_microusd": 0, "spent_microusd": 0})
    usage |= {row["period"]: row for row in told["usage"] if row["provider"] == name}
    periods = [_period(period, caps.get(period), usage[period]) for period in _PERIODS]
    left = [each.left_microusd for each in periods if each.left_microusd is not None]
    return schemas.ConnectorSpend(
        is_paid=is_paid, has_budget=bool(caps), left_microusd=min(left, default=None), periods=periods
    )


def _period(period: Any, cap: int | None, used: Mapping[str, int]) -> schemas.PeriodSpend:  # noqa: ANN401 - a literal
    held, spent = used["held_microusd"], used["spent_microusd"]
    return schemas.PeriodSpend(
        period=period,
        cap_microusd=cap,
        held_microusd=held,
        spent_microusd=spent,
        left_microusd=None if cap is None else max(cap - held - spent, 0),
    )
