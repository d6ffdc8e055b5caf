"""Asking the providers: many lookups at once, each source within its limit, and none that is down asked on and on."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from reos.connectors import registry
from reos.connectors.contract import Connector, LookupRequest, LookupResult
from reos.connectors.egress import Egress
from reos.connectors.errors import ConnectorError, ErrorKind, SchemaDriftError
from reos.core.clock import Clock
from reos.core.logging import get_logger
from reos.core.settings import Settings

log = get_logger(__name__)

Connect = Callable[[Settings, Egress, Clock], dict[str, Connector]]

# Failures of a whole provider, one after the other, after which the rest of the run leaves it alone.
_PATIENCE = 3
_HOPELESS = frozenset({ErrorKind.AUTH, ErrorKind.QUOTA, ErrorKind.SCHEMA_DRIFT})


class Breaker:
    """Remembers within one run that a provider is down, and with which error."""

    def __init__(self) -> None:
        self._failures = 0
        self.open: ConnectorError | None = None

    def note(self, errors: Sequence[ConnectorError], *, answered: bool) -> None:
        """Take in the outcome of one lookup."""
        wide = [error for error in errors if error.provider_wide]
        if not wide:
            self._failures = 0 if answered else self._failures
            return
        self._failures += 1
        if wide[0].kind in _HOPELESS or self._failures >= _PATIENCE:
            self.open = wide[0]


class Sources:
    """The configured connectors for the time of one run, over one egress client on one event loop."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        egress: Egress | None = None,
        connect: Connect = registry.connectors,
    ) -> None:
        self._runner = asyncio.Runner()
        self._egress = egress or registry.new_egress(settings, clock)
        self.connectors = connect(settings, self._egress, clock)
        self._breakers = {provider: Breaker() for provider in self.connectors}
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

    def untried(self, provider: str) -> bool:
        """Tell whether this run has not asked `provider` yet."""
        return provider not in self._tried

    def down(self, provider: str) -> ConnectorError | None:
        """Return the error that showed in this run that `provider` is down, if it is."""
        return self._breakers[provider].open

    def fetch(self, provider: str, requests: Sequence[LookupRequest]) -> LookupResult:
        """Look all `requests` up at `provider` and return their outcomes together.

        What is not asked because the provider turned out to be down has the error that showed it.
        """
        self._tried.add(provider)
        return self._runner.run(self._fetch(self.connectors[provider], self._breakers[provider], requests))

    @staticmethod
    async def _fetch(connector: Connector, breaker: Breaker, requests: Sequence[LookupRequest]) -> LookupResult:
        limit = asyncio.Semaphore(connector.spec.concurrency)

        async def one(batch: list[LookupRequest]) -> LookupResult:
            async with limit:
                if breaker.open:
                    return LookupResult(failed={request.property_id: breaker.open for request in batch})
                result = await _lookup(connector, batch)
            errors = [*result.failed.values(), *(record.error for record in result.records if record.error)]
            breaker.note(errors, answered=bool(result.records or result.not_found))
            return result

        return _together(await asyncio.gather(*(one(batch) for batch in connector.batches(requests))))


async def _lookup(connector: Connector, batch: list[LookupRequest]) -> LookupResult:
    try:
        return await connector.lookup(batch)
    except Exception as error:
        # One answer that our code cannot take must not lose the answers beside it, which may be paid for.
        log.exception("connector_crashed", provider=connector.spec.provider, properties=len(batch))
        detail = f"The connector failed on an answer ({type(error).__name__})."
        drift = SchemaDriftError.of_record(detail, provider=connector.spec.provider)
        return LookupResult(failed={request.property_id: drift for request in batch})


def _together(results: Sequence[LookupResult]) -> LookupResult:
    total = LookupResult()
    for result in results:
        total.records += result.records
        total.not_found += result.not_found
        total.failed |= result.failed
        total.calls += result.calls
    return total
