import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from reos.connectors.attom.settings import SPEC
from reos.connectors.contract import LookupRequest, LookupResult
from reos.connectors.errors import (
    InvalidRequestError,
    ProviderAuthError,
    ProviderUnavailableError,
    QuotaError,
    SchemaDriftError,
)
from reos.core.clock import FixedClock
from reos.core.settings import Settings
from reos.pipeline.enrich_fetch import Breaker, Sources

CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
REQUESTS = [LookupRequest(UUID(int=number)) for number in range(60)]
DOWN = ProviderUnavailableError("down", provider="attom")


class Source:
    """A connector whose answers are scripted, and which notes how many lookups run at once."""

    spec = SPEC

    def __init__(self, *script):
        self.script = list(script)
        self.asked = 0
        self.running = 0
        self.most = 0

    def batches(self, requests):
        return [[request] for request in requests]

    async def lookup(self, batch):
        self.asked += 1
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        step = self.script.pop(0) if self.script else None
        if isinstance(step, InvalidRequestError | ProviderUnavailableError | SchemaDriftError | ProviderAuthError):
            return LookupResult(failed={batch[0].property_id: step})
        if step:
            raise step
        return LookupResult(not_found=[batch[0].property_id])


@pytest.fixture
def fetch():
    """Fetch all requests from a scripted source."""

    def run(source, times=1):
        with Sources(Settings(), CLOCK) as sources:
            sources.connectors["attom"] = source
            sources._breakers["attom"] = Breaker()
            return [sources.fetch("attom", REQUESTS) for _ in range(times)][-1]

    return run


def test_everything_is_asked_within_the_sources_limit(fetch):
    source = Source()
    result = fetch(source)
    assert len(result.not_found) == 60
    assert (source.asked, source.most) == (60, SPEC.concurrency)


def test_a_source_that_is_down_is_not_asked_on_and_on(fetch):
    source = Source(*[DOWN] * 100)
    result = fetch(source, times=2)
    assert len(result.failed) == 60
    assert source.asked <= SPEC.concurrency + 2


def test_a_crash_of_our_own_spoils_one_answer(fetch):
    result = fetch(Source(None, TypeError("bug")))
    assert len(result.not_found) == 59
    (error,) = result.failed.values()
    assert "TypeError" in str(error)
    assert not error.provider_wide


def test_a_source_is_untried_until_it_was_asked():
    with Sources(Settings(), CLOCK) as sources:
        sources.connectors["attom"] = Source()
        sources._breakers["attom"] = Breaker()
        assert sources.untried("attom")
        sources.fetch("attom", REQUESTS[:1])
        assert not sources.untried("attom")


@pytest.mark.parametrize("kind", [ProviderAuthError, QuotaError, SchemaDriftError])
def test_some_errors_open_the_breaker_at_once(kind):
    breaker = Breaker()
    error = kind("no", provider="attom")
    breaker.note([error], answered=False)
    assert breaker.open is error


def test_others_open_it_only_in_a_row():
    breaker = Breaker()
    for answered in (False, False, True, False, False):
        breaker.note([] if answered else [DOWN], answered=answered)
    assert breaker.open is None
    breaker.note([DOWN], answered=False)
    assert breaker.open is DOWN


def test_errors_of_single_records_never_open_it():
    breaker = Breaker()
    for _ in range(9):
        breaker.note([InvalidRequestError("odd", provider="attom")], answered=False)
        breaker.note([SchemaDriftError.of_record("odd", provider="attom")], answered=True)
    assert breaker.open is None
