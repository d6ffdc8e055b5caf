"""What loads and runs share: a way out to a provider in process, without waiting between tries."""

from collections.abc import Callable, Sequence

import httpx
import pytest

from reos.connectors.egress import Egress
from reos.core.clock import Clock
from reos.core.settings import Settings

HOST = "127.0.0.1:8097"

EgressOver = Callable[[Callable[[], httpx.AsyncBaseTransport]], Callable[[Settings, Clock], Egress]]


@pytest.fixture
def egress_over() -> EgressOver:
    """Return what makes the egress of a use-case over a transport; it may reach `HOST` alone."""

    def over(transport: Callable[[], httpx.AsyncBaseTransport]) -> Callable[[Settings, Clock], Egress]:
        async def resolve(host: str, _port: int) -> Sequence[str]:
            return [host]

        async def no_wait(_seconds: float) -> None:
            """Stand in for sleeping between retries."""

        def egress(_settings: Settings, clock: Clock) -> Egress:
            return Egress(clock=clock, private_hosts=[HOST], resolver=resolve, transport=transport, sleep=no_wait)

        return egress

    return over
