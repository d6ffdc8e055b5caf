"""What every source was asked, told and paid, how providers do, and which homes may be one: read as a tenant's user."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reos.connectors.catalogue import PROVIDERS, Provider
from reos.connectors.registry import SPECS
from reos.core.money import MicroUsd
from reos.db import connect, tenant_transaction, transaction
from reos.db.connection import Connection
from reos.db.seed import tenant_id_of
from reos.pipeline.enrich_plan import NOT_FOUND
from reos.policy import budgets

_ASKED = """
select s ->> 'source' as source, count(*) as asked, count(*) filter (where s ->> 'outcome' = 'answered') as records,
       count(*) filter (where s ->> 'outcome' = 'not_found') as not_found,
       count(*) filter (where s ->> 'outcome' not in ('answered', 'not_found')) as failed,
       sum((s ->> 'cost_microusd')::bigint)::bigint as cost
  from app.enrichment_plan p cross join lateral jsonb_array_elements(p.steps) s
 where s ? 'outcome' group by 1
"""
_SKIPPED = """
select k ->> 'source' as source, k ->> 'reason' as reason, count(*) as n
  from (select distinct on (e.property_id) e.payload
          from app.event_log e join app.property p on p.property_id = e.property_id
         where e.event_type = 'property.enriched' and p.merged_into is null and p.deleted_at is null
         order by e.property_id, e.seq desc) e
 cross join lateral jsonb_array_elements(coalesce(e.payload -> 'skipped', '[]')) k
 group by 1, 2 order by 1, 2
"""
_PLACED = """
select source, count(*) as asked, count(*) filter (where latitude is not null and not flagged) as records,
       count(*) filter (where latitude is null) as not_found
  from (select distinct on (property_id, source) source, latitude, flagged from raw.geocode_point
         where source in ('openaddresses', 'census') order by property_id, source, logical_date desc) g
 group by 1
"""
_CALLS = """
select provider, count(*) as calls, count(*) filter (where outcome in ('ok', 'not_found')) as answered,
       array_agg(latency_ms) as latencies
  from app.provider_call group by 1
"""
_HEALTH = """
select provider, max(state) filter (where state <> 'closed') as state,
       (array_agg(last_error order by last_error_at desc nulls last))[1] as last_error
  from app.provider_health group by 1
"""
_LOADS = """
select source, sum(added)::int as rows, max(status) as status
  from app.reference_load group by source order by source
"""
_REVIEWS = """
select coalesce(a.address_line, 'parcel ' || a.apn) as one, coalesce(b.address_line, 'parcel ' || b.apn) as other,
       r.reason
  from app.match_review r
  join app.property a on a.tenant_id = r.tenant_id and a.property_id = r.property_id
  join app.property b on b.tenant_id = r.tenant_id and b.property_id = r.candidate_id
 where r.status = 'open' order by r.opened_at, r.review_id
"""
_MERGES = """
select coalesce(a.address_line, 'parcel ' || a.apn) as one, coalesce(b.address_line, 'parcel ' || b.apn) as other,
       m.reason
  from app.property_merge m
  join app.property a on a.tenant_id = m.tenant_id and a.property_id = m.survivor_id
  join app.property b on b.tenant_id = m.tenant_id and b.property_id = m.absorbed_id
 where m.unmerged_at is null order by m.merged_at, m.merge_id
"""


@dataclass
class SourceUse:
    """What one tenant asked one source: properties, and what is left of the provider's budget (None: free).

    `waiting` are properties that a budget refused; `skipped` the other reasons why a source was not asked.
    """

    source: str
    asked: int = 0
    records: int = 0
    not_found: int = 0
    failed: int = 0
    cost: MicroUsd = MicroUsd(0)  # noqa: RUF009 - an integer
    left: MicroUsd | None = None
    waiting: int = 0
    skipped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ProviderUse:
    """How a provider does: `state` closed (well), open or half_open; calls of all tenants shown, slowest 5 % in ms."""

    provider: str
    state: str
    calls: int
    answered: int
    p95_ms: int
    last_error: str | None


@dataclass(frozen=True)
class Load:
    """A data set that all tenants share: rows added by its loads, and how the loads ended."""

    source: str
    rows: int
    status: str


@dataclass(frozen=True)
class Pair:
    """Two properties that are one home (`merged`), or may be one."""

    one: str
    other: str
    reason: str
    merged: bool


class SourceReader:
    """Reads over one connection of `reos_app`."""

    def __init__(self, app_url: str) -> None:
        self._conn: Connection = connect(app_url, application_name="reos demo")

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()

    def uses(self, slug: str, now: datetime) -> list[SourceUse]:
        """Return the tenant's use of every source that was asked, or not asked for a reason."""
        with tenant_transaction(self._conn, tenant_id_of(slug)):
            found = {row["source"]: SourceUse(**row) for row in self._all(_ASKED)}
            for row in self._all(_PLACED):
                name = "census_geocoder" if row["source"] == "census" else row["source"]
                found[name] = SourceUse(name, row["asked"], row["records"], row["not_found"])
            for row in self._all(_SKIPPED):
                _note_skip(found.setdefault(row["source"], SourceUse(row["source"])), row["reason"], row["n"])
            for use in found.values():
                spec = SPECS.get(use.source)
                if spec and spec.price(now.date()):
                    unit = MicroUsd(1)
                    left = budgets.units_left(self._conn, tenant_id_of(slug), spec.provider, unit, at=now)
                    use.left = MicroUsd(left)
        return sorted(found.values(), key=lambda use: (use.left is not None, use.source))

    def providers(self, slugs: Iterable[str]) -> list[ProviderUse]:
        """Return how each provider does: all of them, also those of whom only whole data sets are loaded."""
        calls: dict[str, list[dict[str, Any]]] = {}
        for slug in slugs:
            with tenant_transaction(self._conn, tenant_id_of(slug)):
                for row in self._all(_CALLS):
                    calls.setdefault(row["provider"], []).append(row)
        with transaction(self._conn):
            health = {row["provider"]: row for row in self._all(_HEALTH)}
        return [_provider(each, calls, health) for each in PROVIDERS.values()]

    def loads(self) -> list[Load]:
        """Return the shared data sets that have been loaded."""
        with transaction(self._conn):
            return [Load(row["source"], row["rows"], row["status"]) for row in self._all(_LOADS)]

    def pairs(self, slug: str) -> list[Pair]:
        """Return the tenant's homes that were merged, and those that a person is to look at."""
        with tenant_transaction(self._conn, tenant_id_of(slug)):
            merged = [Pair(**row, merged=True) for row in self._all(_MERGES)]
            return merged + [Pair(**row, merged=False) for row in self._all(_REVIEWS)]

    def _all(self, query: str) -> list[dict[str, Any]]:
        return self._conn.execute(query.encode()).fetchall()


def _note_skip(use: SourceUse, reason: str, count: int) -> None:
    if reason in budgets.REFUSALS:
        use.waiting += count
    elif reason != NOT_FOUND:  # counted where it was asked
        use.skipped[reason] = count


def _provider(
    provider: Provider, calls: Mapping[str, Sequence[Mapping[str, Any]]], health: Mapping[str, Mapping[str, Any]]
) -> ProviderUse:
    rows = [row for name in provider.names for row in calls.get(name, ())]
    known = [health[name] for name in provider.names if name in health]
    latencies = sorted(ms for row in rows for ms in row["latencies"] if ms is not None)
    p95 = latencies[min(len(latencies) - 1, int(len(latencies) * 0.95))] if latencies else 0
    asked, answered = sum(row["calls"] for row in rows), sum(row["answered"] for row in rows)
    state = next((each["state"] for each in known if each["state"]), "closed")
    error = next((each["last_error"] for each in known if each["last_error"]), None)
    return ProviderUse(provider.label, state, asked, answered, p95, error)
