"""Breakers within a run: whom they let through, what they take for an answer, and the probe that goes ahead."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from reos.connectors.contract import LookupRequest
from reos.connectors.errors import ProviderAuthError, ProviderUnavailableError, SchemaDriftError
from reos.connectors.health import Endpoint, Failure, Health, State
from reos.connectors.health_breaker import Breakers, Tally, split_probes
from reos.connectors.registry import SPECS
from reos.core.clock import FixedClock

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
COUNTY, ATTOM = SPECS["county_assessor"], SPECS["attom"]
KING, COOK = Endpoint("county_assessor", "53033"), Endpoint("county_assessor", "17031")
DOWN = ProviderUnavailableError("no answer", provider="county_assessor")
OF_ONE = SchemaDriftError.of_record("code 7", provider="county_assessor")
STORED = Failure.of(DOWN, NOW)


@pytest.fixture
def clock():
    return FixedClock(NOW)


def batch(fips):
    return [LookupRequest(uuid4(), county_fips=fips, apn="1")]


def stored(endpoint, state):
    until = NOW + timedelta(minutes=1)
    return Health(endpoint, state, failures=3, openings=1, opened_at=NOW, retry_at=until, failure=STORED)


def test_one_county_that_is_down_leaves_the_others_open(clock):
    breakers = Breakers(clock)
    for _ in range(3):
        breakers.at(COUNTY, batch("53033")).note([DOWN], answered=False)
    assert breakers.at(COUNTY, batch("53033")).open is DOWN
    assert breakers.at(COUNTY, batch("17031")).open is None


def test_failures_of_earlier_runs_count(clock):
    breakers = Breakers.starting_from([Health(KING, failures=2)], clock)
    breakers.of(KING).note([DOWN], answered=False)
    assert breakers.of(KING).open is DOWN


def test_what_was_stored_as_open_is_not_asked_and_says_why(clock):
    error = Breakers.starting_from([stored(KING, State.OPEN)], clock).of(KING).open
    assert isinstance(error, ProviderUnavailableError)
    assert "Unavailable." in error.detail
    assert "12:01:00" in error.detail


def test_a_failure_of_one_record_is_an_answer(clock):
    breaker = Breakers.starting_from([stored(KING, State.HALF_OPEN)], clock).of(KING)
    breaker.note([OF_ONE], answered=False)
    assert (breaker.health.state, breaker.health.last_ok_at) == (State.CLOSED, NOW)


def test_a_lookup_without_outcome_changes_nothing(clock):
    breaker = Breakers.starting_from([stored(KING, State.HALF_OPEN)], clock).of(KING)
    breaker.note([], answered=False)
    assert breaker.probing


def test_an_opening_shows_the_newest_error(clock):
    breaker = Breakers(clock).of(Endpoint("attom"))
    breaker.note([DOWN], answered=False)
    refused = ProviderAuthError("key", provider="attom")
    breaker.note([OF_ONE, refused], answered=False)
    assert breaker.open is refused


def test_one_batch_of_each_endpoint_that_may_be_back_goes_ahead(clock):
    breakers = Breakers.starting_from([stored(KING, State.HALF_OPEN), stored(COOK, State.OPEN)], clock)
    first, second, cook = batch("53033"), batch("53033"), batch("17031")
    assert split_probes(COUNTY, [cook, first, second], breakers) == ([first], [cook, second])
    assert split_probes(ATTOM, [first, second], breakers) == ([], [first, second])


def test_what_another_run_stored_meanwhile_and_what_this_one_saw_add_up():
    opened_since = stored(KING, State.OPEN)
    early = Tally(answered_at=NOW - timedelta(seconds=1))
    assert early.applied_to(opened_since) == opened_since
    late = Tally(answered_at=NOW + timedelta(seconds=1))
    assert late.applied_to(opened_since).state is State.CLOSED
    assert Tally(None, 1, STORED).applied_to(Health(KING, failures=2)).state is State.OPEN
    assert Tally(NOW, 1, STORED).applied_to(Health(KING, failures=2)).failures == 1
