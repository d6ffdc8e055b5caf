"""The sandbox's application in process, and an egress client that reaches nothing else."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from reos.connectors.egress import Egress
from reos.core.clock import FixedClock
from reos_local.sandbox.app import create_app


class Sandbox:
    """One sandbox of seed 1, with its own counters."""

    host = "127.0.0.1:8097"

    def __init__(self) -> None:
        self.app = create_app(seed=1)
        self.clock = FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))

    def egress(self) -> Egress:
        """Return a client for connectors; it never waits between tries."""

        async def resolve(host: str, _port: int) -> Sequence[str]:
            return [host]

        async def no_wait(_seconds: float) -> None:
            """Stand in for sleeping between retries."""

        return Egress(
            clock=self.clock,
            private_hosts=[self.host],
            resolver=resolve,
            transport=lambda: httpx.ASGITransport(app=self.app),
            sleep=no_wait,
        )

    def get(self, path: str, params: Mapping[str, str] | None = None, **headers: str) -> httpx.Response:
        """Ask as any HTTP client would."""
        return self._send("GET", path, params=params, headers=headers)

    def break_down(self, provider: str, kind: str) -> None:
        """Let every request to `provider` be hit by a fault."""
        self._send("PUT", f"/_faults/{provider}", json={"kind": kind}).raise_for_status()

    def sold(self, provider: str) -> int:
        """Return how many records the provider has sold so far."""
        counted: dict[str, Any] = self.get("/_sold").json()
        return int(counted[provider])

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{self.host}") as http:
                return await http.request(method, path, **more)

        return asyncio.run(send())


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()
