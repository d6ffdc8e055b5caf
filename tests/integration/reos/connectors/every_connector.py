"""Every connector that the registry can build, over a wire that tests hold: new ones are included by themselves."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from pydantic import SecretStr

from reos.connectors import registry
from reos.connectors.census_geocoder.settings import SPEC as GEOCODER
from reos.connectors.contract import Connector, LookupRequest, LookupResult
from reos.connectors.egress import Egress
from reos.connectors.pinned import new_transport
from reos.core.clock import FixedClock
from reos.core.settings import Settings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PUBLIC = "93.184.216.34"
SECRET = "s3cret-0123456789+/="
SOURCES = (*registry.SPECS, GEOCODER.source)
HOUSE = LookupRequest(
    property_id=uuid4(),
    county_fips="53033",
    apn="6207088974",
    address_line="100 PINE ST",
    city="SEATTLE",
    state="WA",
    zip5="98101",
    latitude=47.6,
    longitude=-122.3,
)

Resolve = Callable[[str], Sequence[str]]


def settings(base_url: str | None = None, *private_hosts: str) -> Settings:
    """Return settings with a secret in every provider's key, and all base URLs replaced by one when it is given."""
    names = Settings.model_fields
    keys: dict[str, Any] = {name: SecretStr(SECRET) for name in names if name.endswith(("_api_key", "_token"))}
    urls = {name: base_url or f"https://provider.test/{name}" for name in names if name.endswith("_base_url")}
    return Settings.model_validate({**keys, **urls, "egress_private_hosts": list(private_hosts)})


@dataclass
class Wire:
    """Where requests go: real sockets, or a list of answers that repeats its last; waits are kept, not waited."""

    answers: list[httpx.Response | Exception] | None = None
    resolve: Resolve = field(default=lambda _: [PUBLIC])
    requests: list[httpx.Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def egress(self, private_hosts: Sequence[str] = ()) -> Egress:
        async def resolver(host: str, _port: int) -> Sequence[str]:
            return self.resolve(host)

        async def sleep(seconds: float) -> None:
            self.waits.append(seconds)

        transport = new_transport if self.answers is None else lambda: httpx.MockTransport(self._reply)
        return Egress(
            clock=FixedClock(NOW), private_hosts=private_hosts, resolver=resolver, transport=transport, sleep=sleep
        )

    def _reply(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answers = self.answers or []
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            answer.args = (f"{answer.args[0]} while asking {request.url} with {dict(request.headers)}",)
            raise answer
        return answer


def ask(wire: Wire, source: str, request: LookupRequest = HOUSE, given: Settings | None = None) -> LookupResult | None:
    """Look `request` up as a run does: None when the connector refuses it before anything is sent."""

    async def run() -> LookupResult | None:
        settled = given or settings()
        async with wire.egress(settled.egress_private_hosts) as egress:
            connector = _connectors(settled, egress)[source]
            if connector.refusal(request) is not None:
                return None
            (batch,) = connector.batches([request])
            return await connector.lookup(batch)

    return asyncio.run(run())


def connected(given: Settings) -> frozenset[str]:
    """Return the sources that an installation with these settings has."""
    return frozenset(_connectors(given, Wire([]).egress()))


def hostile(field_name: str, text: str) -> LookupRequest:
    """Return the house with one field replaced by what an attacker could enter."""
    return replace(HOUSE, **{field_name: text})


def _connectors(given: Settings, egress: Egress) -> Mapping[str, Connector]:
    clock = FixedClock(NOW)
    return registry.connectors(given, egress, clock) | registry.geocoders(given, egress, clock)
