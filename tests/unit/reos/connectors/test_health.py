"""The rules of the breaker: what opens it, how long, what one probe decides, and what of a failure may be stored."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from reos.connectors.contract import LookupRequest
from reos.connectors.errors import (
    ConnectorError,
    ErrorKind,
    InvalidRequestError,
    ProviderAuthError,
    ProviderUnavailableError,
    QuotaError,
    RateLimitedError,
    SchemaDriftError,
    error_of,
)
from reos.connectors.health import Endpoint, Failure, Health, Rules, State
from reos.connectors.registry import SPECS

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACME = Health(Endpoint("acme"))


def failure(error: ConnectorError | None = None, after: float = 0) -> Failure:
    return Failure.of(error or ProviderUnavailableError("x", provider="acme", http_status=503), NOW + seconds(after))


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def open_after(openings: int) -> Health:
    """Return a breaker that has opened so often without an answer in between."""
    health = ACME.failed(failure(), 3)
    for _ in range(openings - 1):
        health = Health(**{**vars(health), "state": State.HALF_OPEN}).failed(failure())
    return health


def test_it_opens_at_the_third_failure_in_a_row_and_an_answer_begins_the_count_anew():
    twice = ACME.failed(failure()).failed(failure())
    assert (twice.state, twice.failures) == (State.CLOSED, 2)
    assert twice.answered(NOW).failed(failure()).state is State.CLOSED
    opened = twice.failed(failure(after=5))
    assert (opened.state, opened.opened_at, opened.retry_at) == (State.OPEN, NOW + seconds(5), NOW + seconds(65))


@pytest.mark.parametrize("kind", [ProviderAuthError, QuotaError, SchemaDriftError])
def test_what_waiting_does_not_cure_opens_it_at_once(kind):
    assert ACME.failed(failure(kind("x", provider="acme"))).state is State.OPEN


def test_the_pause_doubles_with_each_failed_probe_up_to_half_an_hour():
    pauses = [open_after(openings).retry_at - NOW for openings in (1, 2, 3, 5, 6, 40)]
    assert pauses == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 16, 30, 30)]
    assert open_after(3).opened_at == NOW


@pytest.mark.parametrize(("wish", "pause"), [(0.0, 0), (7.0, 7), (7_200.0, 7_200), (10e9, 86_400)])
def test_the_providers_own_wish_replaces_the_pause_up_to_a_day(wish, pause):
    limited = RateLimitedError("x", provider="acme", retry_after=wish)
    assert ACME.failed(failure(limited), 3).retry_at == NOW + seconds(pause)


def test_a_probe_that_answers_closes_it_and_forgets_the_openings_but_not_the_last_failure():
    closed = Health(**{**vars(open_after(4)), "state": State.HALF_OPEN}).answered(NOW + seconds(9))
    assert closed == Health(ACME.endpoint, last_ok_at=NOW + seconds(9), failure=failure())


def test_a_failure_while_it_is_open_never_shortens_the_pause():
    opened = ACME.failed(failure(RateLimitedError("x", provider="acme", retry_after=600)), 3)
    assert opened.failed(failure(after=1)).retry_at == NOW + seconds(600)
    assert opened.failed(failure(after=1)).openings == 1


def test_patience_is_a_rule():
    assert ACME.failed(failure(), 1, Rules(patience=1)).state is State.OPEN


def test_what_is_stored_of_a_failure_quotes_neither_question_nor_answer():
    quoting = InvalidRequestError("Invalid where: APN IN ('6207088974')", provider="acme", http_status=200)
    assert failure(quoting).detail == "Invalid request (HTTP 200)."
    drift = SchemaDriftError("Column SQFT is gone from layer 53033 of parcel 6207088974.", provider="acme")
    assert failure(drift).detail == "Column SQFT is gone from layer # of parcel #."
    assert len(failure(SchemaDriftError("x" * 5_000, provider="acme")).detail) == 300


@pytest.mark.parametrize("kind", list(ErrorKind))
def test_a_stored_failure_becomes_an_error_of_its_kind_for_whoever_is_not_asked(kind):
    stored = Failure(kind, "Unavailable (HTTP 503).", NOW, 503)
    error = stored.error("acme", NOW)
    assert (error.kind, error.provider, error.http_status, error.provider_wide) == (kind, "acme", 503, True)
    assert "after 2026-11-24 12:00:00 UTC" in error.detail
    assert type(error_of(kind, "x", provider="acme")) is type(error)


def test_counties_fail_one_by_one_and_other_providers_as_a_whole():
    batch = [LookupRequest(uuid4(), county_fips="53033")]
    assert Endpoint.of(SPECS["county_assessor"], batch) == Endpoint("county_assessor", "53033")
    assert Endpoint.of(SPECS["attom"], batch) == Endpoint("attom")
