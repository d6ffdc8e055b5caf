"""Breakers over runs: read at the start of a run, written back at its end, and every change told once to everybody.

`app.provider_health` is shared by all tenants, since keys and services are. Two runs at once add up: each brings what
it saw to the row it locks. Of a breaker whose pause is over, the first run to come claims the probe.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from reos.connectors.errors import ConnectorError, ErrorKind
from reos.connectors.health import RULES, Endpoint, Failure, Health, Rules, State
from reos.connectors.health_breaker import Breakers
from reos.connectors.health_news import Change, tell
from reos.core import metrics
from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection, transaction
from reos.events import Subject, wake

_COLUMNS = """provider, scope, state, failures, openings, opened_at, retry_at, last_ok_at, last_error_at,
       last_error_kind, last_error, last_http_status"""
_CLAIM = """
update app.provider_health set state = 'half_open', retry_at = %(until)s, updated_at = %(now)s
 where provider = any (%(providers)s) and state <> 'closed' and retry_at <= %(now)s
returning provider, scope
"""
_LOAD = f"select {_COLUMNS} from app.provider_health where provider = any (%(providers)s)"  # noqa: S608 - fixed text
_ADD = "insert into app.provider_health (provider, scope) values (%s, %s) on conflict do nothing"
_LOCK = f"select {_COLUMNS} from app.provider_health where provider = %s and scope = %s for update"  # noqa: S608
_WRITE = """
update app.provider_health
   set state = %(state)s, failures = %(failures)s, openings = %(openings)s, opened_at = %(opened_at)s,
       retry_at = %(retry_at)s, last_ok_at = coalesce(%(last_ok_at)s, last_ok_at), last_error_at = %(last_error_at)s,
       last_error_kind = %(last_error_kind)s, last_error = %(last_error)s, last_http_status = %(last_http_status)s,
       updated_at = %(now)s
 where provider = %(provider)s and scope = %(scope)s
"""
_GIVE_BACK = """
update app.provider_health set state = 'open', retry_at = %(now)s, updated_at = %(now)s
 where provider = %(provider)s and scope = %(scope)s and state = 'half_open'
"""
_CONFIGURED = """
insert into app.source_status (source, configured, checked_at)
select source, configured, %s from unnest(%s::text[], %s::boolean[]) as n (source, configured) order by source
    on conflict (source) do update set configured = excluded.configured, checked_at = excluded.checked_at
"""


def load_breakers(conn: Connection, providers: Iterable[str], clock: Clock, rules: Rules = RULES) -> Breakers:
    """Return the breakers of `providers` as a run begins; where a pause is over, this run gets to probe.

    `conn` is an idle connection of `reos_pipeline`. Whoever loads must `save_breakers`, also after a failure of its
    own: what it did not probe is free again then.
    """
    now = clock.now()
    values = {"providers": sorted(set(providers)), "now": now, "until": now + rules.probe}
    with transaction(conn):
        claimed = {Endpoint(row["provider"], row["scope"]) for row in conn.execute(_CLAIM, values)}
        rows = conn.execute(_LOAD, values).fetchall()
    return Breakers.starting_from((_seen(_health(row), claimed) for row in rows), clock, rules)


def save_breakers(
    conn: Connection, breakers: Breakers, *, redis_url: str | None = None, new_id: NewId = new_id
) -> list[Change]:
    """Store what was noted since the last time, and tell what opened or closed; repeat it as often as you like."""
    with transaction(conn):
        changes = [change for endpoint in sorted(breakers.known) for change in _save(conn, breakers, endpoint)]
        told = tell(conn, [change for change in changes if change.is_news], new_id=new_id)
    for change in changes:
        change.log()
    if told:
        wake(redis_url, [Subject.TIMELINE_UPDATED])
    return changes


@contextmanager
def watched(
    conn: Connection,
    endpoint: Endpoint,
    clock: Clock,
    *,
    redis_url: str | None = None,
    new_id: NewId = new_id,
    rules: Rules = RULES,
) -> Iterator[None]:
    """Watch one pull of a whole data set: refused while the breaker is open, else its outcome is noted and stored.

    Raises the stored failure, of its own kind, when the provider is to be left alone. Anything else than a
    `ConnectorError` says nothing of the provider.
    """
    breakers = load_breakers(conn, [endpoint.provider], clock, rules)
    breaker = breakers.of(endpoint)
    refused = breaker.open
    try:
        if refused:
            raise refused
        yield
        breaker.note([], answered=True)
    except ConnectorError as error:
        if error is not refused:
            breaker.note([error], answered=False)
        raise
    finally:
        save_breakers(conn, breakers, redis_url=redis_url, new_id=new_id)


def store_configured(conn: Connection, configured: Mapping[str, bool], clock: Clock) -> None:
    """Store, in the open transaction, which sources have what they need: the API holds no keys and asks here."""
    conn.execute(_CONFIGURED, (clock.now(), list(configured), list(configured.values())))


def _save(conn: Connection, breakers: Breakers, endpoint: Endpoint) -> Iterator[Change]:
    breaker = breakers.known[endpoint]
    key = {"provider": endpoint.provider, "scope": endpoint.scope, "now": breakers.clock.now()}
    if breaker.tally.answered_at is None and breaker.tally.failure is None:
        if breaker.claimed:
            conn.execute(_GIVE_BACK, key)
            breaker.claimed = False
        return
    conn.execute(_ADD, (endpoint.provider, endpoint.scope))
    row = conn.execute(_LOCK, (endpoint.provider, endpoint.scope)).fetchone() or {}
    before = _health(row)
    after = breaker.tally.applied_to(before, breakers.rules)
    conn.execute(_WRITE, key | _row(after))
    breaker.told(after)
    if after.state is not before.state:
        metrics.increment("reos_provider_breaker_changes_total", provider=endpoint.provider, state=after.state)
        yield Change(before, after)


def _seen(health: Health, claimed: set[Endpoint]) -> Health:
    """Return how this run is to see the breaker: a probe that another run claimed keeps it shut for us."""
    is_anothers = health.state is State.HALF_OPEN and health.endpoint not in claimed
    return replace(health, state=State.OPEN) if is_anothers else health


def _health(row: Mapping[str, Any]) -> Health:
    failure = None
    if row["last_error_kind"]:
        kind = ErrorKind(row["last_error_kind"])
        failure = Failure(kind, row["last_error"], row["last_error_at"], row["last_http_status"])
    names = ("failures", "openings", "opened_at", "retry_at", "last_ok_at")
    endpoint = Endpoint(row["provider"], row["scope"])
    return Health(endpoint, State(row["state"]), **{name: row[name] for name in names}, failure=failure)


def _row(health: Health) -> dict[str, Any]:
    failure = health.failure
    return {
        **{name: getattr(health, name) for name in ("failures", "openings", "opened_at", "retry_at", "last_ok_at")},
        "state": health.state,
        "last_error_at": failure and failure.at,
        "last_error_kind": failure and failure.kind,
        "last_error": failure and failure.detail,
        "last_http_status": failure and failure.http_status,
    }
