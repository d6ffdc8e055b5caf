import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from reos.connectors.attom.settings import SPEC
from reos.connectors.contract import LookupRequest, LookupResult
from reos.connectors.errors import (
    ErrorKind,
    InvalidRequestError,
    ProviderAuthError,
    ProviderUnavailableError,
    SchemaDriftError,
)
from reos.core.clock import FixedClock
from reos.core.settings import Settings
from reos.pipeline.enrich_fetch import Sources

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
        self.shared = [0, 0]  # running now and at most, where several sources count together
        self.meets = None

    def batches(self, requests):
        return [[request] for request in requests]

    async def lookup(self, batch):
        self.asked += 1
        self.running += 1
        self.most = max(self.most, self.running)
        self.shared[0] += 1
        self.shared[1] = max(self.shared)
        await self._other_arrives()
        self.shared[0] -= 1
        self.running -= 1
        step = self.script.pop(0) if self.script else None
        if isinstance(step, InvalidRequestError | ProviderUnavailableError | SchemaDriftError | ProviderAuthError):
            return LookupResult(failed={batch[0].property_id: step})
        if step:
            raise step
        return LookupResult(not_found=[batch[0].property_id])

    async def _other_arrives(self):
        """Give way once; the second source to arrive says so to the first."""
        if self.meets and self.asked == 1 and self.spec.source == "regrid":
            self.meets.set()
        elif self.meets:
            await asyncio.wait_for(self.meets.wait(), 5)
        await asyncio.sleep(0)


@pytest.fixture
def fetch():
    """Fetch all requests from a scripted source."""

    def run(source, times=1):
        with Sources(Settings(), CLOCK) as sources:
            sources.connectors["attom"] = source
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
        assert sources.untried("attom")
        sources.fetch("attom", REQUESTS[:1])
        assert not sources.untried("attom")


def test_sources_of_several_providers_are_asked_at_the_same_time():
    one, other = Source(), Source()
    other.spec = replace(SPEC, source="regrid", provider="regrid", concurrency=4)
    with Sources(Settings(), CLOCK) as sources:
        sources.connectors |= {"attom": one, "regrid": other}
        one.meets = other.meets = meeting = asyncio.Event()
        results = sources.ask({"attom": REQUESTS, "regrid": REQUESTS})
    assert meeting.is_set(), "both were under way at once"
    assert {source: len(result.not_found) for source, result in results.items()} == {"attom": 60, "regrid": 60}
    assert (one.most, other.most) == (SPEC.concurrency, 4)


def test_sources_of_one_provider_share_its_limit():
    one, other = Source(), Source()
    other.spec = replace(SPEC, source="attom_avm")
    one.shared = other.shared = [0, 0]
    with Sources(Settings(), CLOCK) as sources:
        sources.connectors |= {"attom": one, "attom_avm": other}
        sources.ask({"attom": REQUESTS, "attom_avm": REQUESTS})
    assert one.shared[1] == SPEC.concurrency


def test_what_shows_at_one_source_holds_for_its_provider():
    broken, sibling = Source(ProviderAuthError("no", provider="attom")), Source()
    sibling.spec = replace(SPEC, source="attom_avm")
    with Sources(Settings(), CLOCK) as sources:
        sources.connectors |= {"attom": broken, "attom_avm": sibling}
        sources.fetch("attom", REQUESTS[:1])
        assert sources.down("attom_avm", REQUESTS[0]).kind is ErrorKind.AUTH
        assert len(sources.fetch("attom_avm", REQUESTS).failed) == 60
    assert sibling.asked == 0
