"""Asking the providers: many lookups at once, each source within its limit, and none that is down asked on and on."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

from reos.connectors import registry
from reos.connectors.contract import Connector, LookupRequest, LookupResult
from reos.connectors.egress import Egress
from reos.connectors.errors import ConnectorError, SchemaDriftError
from reos.connectors.health_breaker import Breakers, split_probes
from reos.core.clock import Clock
from reos.core.logging import get_logger
from reos.core.settings import Settings

log = get_logger(__name__)

Connect = Callable[[Settings, Egress, Clock], dict[str, Connector]]


class Sources:
    """The configured connectors for the time of one run, over one egress client on one event loop.

    Several sources are asked at the same time; each keeps to its own limit, and all of a provider to its widest.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        egress: Egress | None = None,
        connect: Connect = registry.connectors,
        breakers: Breakers | None = None,
    ) -> None:
        self._runner = asyncio.Runner()
        self._egress = egress or registry.new_egress(settings, clock)
        self.connectors = connect(settings, self._egress, clock)
        self.breakers = breakers or Breakers(clock)
        self._tried: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._egress.aclose())
        finally:
            self._runner.close()

    def untried(self, source: str) -> bool:
        """Tell whether this run has not asked the source's provider yet."""
        return self.connectors[source].spec.provider not in self._tried

    def down(self, source: str, request: LookupRequest) -> ConnectorError | None:
        """Return the error that showed that whoever would answer `request` is down, if so."""
        return self.breakers.at(self.connectors[source].spec, [request]).open

    def ask(self, asked: Mapping[str, Sequence[LookupRequest]]) -> dict[str, LookupResult]:
        """Look up the requests of all sources at the same time; return each source's outcomes together.

        What is not asked because a provider turned out to be down has the error that showed it.
        """
        self._tried |= {self.connectors[source].spec.provider for source in asked}
        return self._runner.run(self._ask(asked))

    def fetch(self, source: str, requests: Sequence[LookupRequest]) -> LookupResult:
        """Look all `requests` up at one source; see `ask`."""
        return self.ask({source: requests})[source]

    async def _ask(self, asked: Mapping[str, Sequence[LookupRequest]]) -> dict[str, LookupResult]:
        specs = [self.connectors[source].spec for source in asked]
        widest = {
            provider: max(spec.concurrency for spec in specs if spec.provider == provider)
            for provider in {spec.provider for spec in specs}
        }
        shared = {provider: asyncio.Semaphore(limit) for provider, limit in widest.items()}
        work = (
            self._look_up(self.connectors[source], shared[spec.provider], requests)
            for spec, (source, requests) in zip(specs, asked.items(), strict=True)
        )
        return dict(zip(asked, await asyncio.gather(*work), strict=True))

    async def _look_up(
        self, connector: Connector, shared: asyncio.Semaphore, requests: Sequence[LookupRequest]
    ) -> LookupResult:
        """Look up at one source, first what probes a provider that may be back."""
        limit = asyncio.Semaphore(connector.spec.concurrency)

        async def one(batch: list[LookupRequest]) -> LookupResult:
            async with limit, shared:
                return await self._one(connector, batch)

        rounds = split_probes(connector.spec, connector.batches(requests), self.breakers)
        return _together([result for each in rounds for result in await asyncio.gather(*map(one, each))])

    async def _one(self, connector: Connector, batch: list[LookupRequest]) -> LookupResult:
        breaker = self.breakers.at(connector.spec, batch)
        if breaker.open:
            return LookupResult(failed={request.property_id: breaker.open for request in batch})
        result = await _lookup(connector, batch)
        errors = [*result.failed.values(), *(record.error for record in result.records if record.error)]
        breaker.note(errors, answered=bool(result.records or result.not_found))
        return result


async def _lookup(connector: Connector, batch: list[LookupRequest]) -> LookupResult:
    try:
        return await connector.lookup(batch)
    except Exception as error:
        # One answer that our code cannot take must not lose the answers beside it, which may be paid for.
        log.exception("connector_crashed", provider=connector.spec.provider, properties=len(batch))
        detail = f"The connector failed on an answer ({type(error).__name__})."
        drift = SchemaDriftError.of_record(detail, provider=connector.spec.provider)
        return LookupResult(failed={request.property_id: drift for request in batch})


def _together(results: Iterable[LookupResult]) -> LookupResult:
    total = LookupResult()
    for result in results:
        total.records += result.records
        total.not_found += result.not_found
        total.failed |= result.failed
        total.calls += result.calls
    return total
