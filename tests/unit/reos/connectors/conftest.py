"""A wire to fake providers: answers come from a list, requests and waits are kept."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from reos.connectors.egress import Egress, EgressPolicy, EgressRequest, EgressResponse
from reos.connectors.guard import Destination
from reos.core.clock import FixedClock

Answer = httpx.Response | Exception
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PUBLIC = "93.184.216.34"


@dataclass
class Wire:
    """Answers requests in turn (the last answer repeats) and remembers what was sent, resolved and waited."""

    answers: list[Answer] = field(default_factory=list)
    addresses: list[Sequence[str]] = field(default_factory=lambda: [[PUBLIC]])
    requests: list[httpx.Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    transports: int = 0

    def egress(self, *private_hosts: str) -> Egress:
        return Egress(
            clock=FixedClock(NOW),
            private_hosts=private_hosts,
            resolver=self.resolve,
            transport=self.transport,
            sleep=self.sleep,
        )

    def transport(self) -> httpx.AsyncBaseTransport:
        self.transports += 1
        return httpx.MockTransport(self.reply)

    async def reply(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append(f"{host}:{port}")
        return self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def send(self, request: EgressRequest, **policy: object) -> EgressResponse:
        """Send as a connector would, under a policy for api.acme.test, and return the plain answer."""
        rules: dict[str, Any] = {"destinations": (Destination.below("https://api.acme.test/v1"),), **policy}
        return asyncio.run(self.egress().send(EgressPolicy("acme", **rules), request, lambda response: response))


def replay(path: Path) -> httpx.Response:
    """Return the answer kept in `<case>.<status>.json`."""
    status = int(path.name.split(".")[-2])
    return httpx.Response(status, content=path.read_bytes(), headers={"content-type": "application/json"})


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def fixture(request: pytest.FixtureRequest) -> Callable[[str], httpx.Response]:
    """Return what loads a recorded answer that lies beside the test: `fixture("no_match.400")`."""
    folder = Path(request.path).parent
    return lambda name: replay(folder / f"{name}.json")
