"""Breakers over runs: one row an endpoint, one probe a pause, one word to people a change, whatever number of runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from reos.connectors.errors import ConnectorError, ProviderUnavailableError, SchemaDriftError
from reos.connectors.health import Endpoint, State
from reos.connectors.health_breaker import Breakers
from reos.connectors.health_store import load_breakers, save_breakers, store_configured, watched
from reos.core import metrics
from reos.core.clock import FixedClock
from reos.db import transaction
from reos.db.connection import Connection

ATTOM = Endpoint("attom")
KING = Endpoint("county_assessor", "53033")
DOWN = ProviderUnavailableError("no answer", provider="attom", http_status=503)
TOLD = "select tenant_id, property_id, payload from app.event_log order by seq"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))


@pytest.fixture
def conn(database: Any) -> Connection:
    found: Connection = database.connect("pipeline", autocommit=True)
    return found


def run(conn: Connection, clock: FixedClock, failures: int = 0, *, answered: bool = False) -> Breakers:
    """Do what a run does: load, see failures and perhaps an answer, save."""
    breakers = load_breakers(conn, ["attom"], clock)
    for _ in range(failures):
        breakers.of(ATTOM).note([DOWN], answered=False)
    if answered:
        breakers.of(ATTOM).note([], answered=True)
    save_breakers(conn, breakers)
    return breakers


def row(conn: Connection) -> dict[str, Any]:
    return conn.execute("select * from app.provider_health where provider = 'attom'").fetchone() or {}


def changes(state: str) -> float:
    names = {"provider": "attom", "state": state}
    return metrics.REGISTRY.get_sample_value("reos_provider_breaker_changes_total", names) or 0.0


@pytest.mark.usefixtures("two_tenants")
def test_failures_add_up_over_runs_until_everybody_hears_once_that_it_is_down(conn, clock):
    before = changes("open")
    run(conn, clock, failures=2)
    assert (row(conn)["state"], row(conn)["failures"]) == ("closed", 2)
    assert conn.execute(TOLD).fetchall() == []
    run(conn, clock, failures=1)
    stored = row(conn)
    assert (stored["state"], stored["last_error_kind"], stored["last_http_status"]) == ("open", "unavailable", 503)
    assert stored["retry_at"] == clock.now() + timedelta(minutes=1)
    told = conn.execute(TOLD).fetchall()
    assert len({each["tenant_id"] for each in told}) == len(told) == 2
    assert told[0]["property_id"] is None
    assert told[0]["payload"] == {
        "kind": "provider_down",
        "provider": "attom",
        "error": "unavailable",
        "detail": "Unavailable (HTTP 503).",
        "retry_at": "2026-11-24T12:01:00+00:00",
    }
    assert changes("open") == before + 1
    run(conn, clock, failures=5)
    assert len(conn.execute(TOLD).fetchall()) == 2


def test_nobody_asks_during_the_pause_and_one_run_probes_after_it(conn, clock):
    run(conn, clock, failures=3)
    assert load_breakers(conn, ["attom"], clock).of(ATTOM).open
    clock.instant += timedelta(minutes=1)
    first, second = load_breakers(conn, ["attom"], clock), load_breakers(conn, ["attom"], clock)
    assert first.of(ATTOM).probing
    assert first.of(ATTOM).open is None
    assert second.of(ATTOM).open
    assert not second.of(ATTOM).probing


def test_a_probe_that_fails_waits_twice_as_long_and_one_that_answers_closes_it(conn, clock, two_tenants):
    run(conn, clock, failures=3)
    clock.instant += timedelta(minutes=1)
    run(conn, clock, failures=1)
    assert (row(conn)["state"], row(conn)["retry_at"]) == ("open", clock.now() + timedelta(minutes=2))
    assert len(conn.execute(TOLD).fetchall()) == len(two_tenants)
    clock.instant += timedelta(minutes=2)
    run(conn, clock, answered=True)
    stored = row(conn)
    assert (stored["state"], stored["failures"], stored["openings"]) == ("closed", 0, 0)
    assert (stored["opened_at"], stored["last_ok_at"]) == (None, clock.now())
    assert stored["last_error_kind"] == "unavailable"
    assert [each["payload"]["kind"] for each in conn.execute(TOLD)] == ["provider_down"] * 2 + ["provider_up"] * 2


def test_a_probe_that_was_not_needed_is_free_for_the_next_run(conn, clock):
    run(conn, clock, failures=3)
    clock.instant += timedelta(minutes=1)
    run(conn, clock)
    assert load_breakers(conn, ["attom"], clock).of(ATTOM).probing


def test_the_probe_of_a_run_that_died_is_taken_over(conn, clock):
    run(conn, clock, failures=3)
    clock.instant += timedelta(minutes=1)
    load_breakers(conn, ["attom"], clock)
    clock.instant += timedelta(minutes=10)
    assert load_breakers(conn, ["attom"], clock).of(ATTOM).probing


def test_two_runs_at_once_bring_both_what_they_saw(conn, clock):
    first, second = load_breakers(conn, ["attom"], clock), load_breakers(conn, ["attom"], clock)
    for breakers, failures in ((first, 2), (second, 1)):
        for _ in range(failures):
            breakers.of(ATTOM).note([DOWN], answered=False)
    save_breakers(conn, first)
    assert [change.after.state for change in save_breakers(conn, second)] == [State.OPEN]
    assert second.of(ATTOM).open
    assert save_breakers(conn, second) == []


def test_a_pull_is_watched_refused_while_open_and_noted(conn, clock):
    for _ in range(3):
        with pytest.raises(ProviderUnavailableError, match="no answer"), watched(conn, ATTOM, clock):
            raise DOWN
    with pytest.raises(ProviderUnavailableError, match="left alone"), watched(conn, ATTOM, clock):
        pytest.fail("it must not be asked")
    assert row(conn)["failures"] == 3
    clock.instant += timedelta(minutes=1)
    with watched(conn, ATTOM, clock):
        pass
    assert row(conn)["state"] == "closed"


def test_a_fault_of_ours_says_nothing_of_the_provider(conn, clock):
    with pytest.raises(ValueError, match="ours"), watched(conn, ATTOM, clock):
        raise ValueError("ours")
    assert row(conn) == {}


def test_one_county_does_not_stop_another(conn, clock):
    drift = SchemaDriftError("Column SQFT is gone.", provider="county_assessor")
    with pytest.raises(ConnectorError), watched(conn, KING, clock):
        raise drift
    breakers = load_breakers(conn, ["county_assessor"], clock)
    assert breakers.of(KING).open
    assert breakers.of(Endpoint("county_assessor", "17031")).open is None


def test_what_is_configured_is_stored_and_replaced(conn, clock):
    for configured in (False, True):
        with transaction(conn):
            store_configured(conn, {"attom": configured, "county_assessor": True}, clock)
    stored = conn.execute("select source, configured from app.source_status order by source").fetchall()
    assert [tuple(each.values()) for each in stored] == [("attom", True), ("county_assessor", True)]


def test_the_api_may_read_it_and_change_nothing(database, conn, clock):
    run(conn, clock, failures=1)
    app = database.connect("app", autocommit=True)
    assert app.execute("select count(*) as n from app.provider_health").fetchone() == {"n": 1}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("update app.provider_health set state = 'closed'")
