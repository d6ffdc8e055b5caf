"""A canary on loopback, real sockets: no input of a connector makes us call it, and a listed host is called."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from reos.connectors.egress import Egress, EgressPolicy, EgressRequest
from reos.connectors.errors import ConnectorError
from reos.connectors.guard import Destination
from reos.connectors.retry import RetryRule
from reos.core.clock import FixedClock

CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))


def send(url: str, *private_hosts: str, resolver: Sequence[str] | None = None, listed: str | None = None) -> bytes:
    async def resolve(host: str, _port: int) -> Sequence[str]:
        return resolver or [host]

    async def run() -> bytes:
        policy = EgressPolicy("acme", (Destination.below(listed or url),), retry=RetryRule(attempts=1), connect_s=2)
        async with Egress(clock=CLOCK, private_hosts=private_hosts, resolver=resolve) as egress:
            return await egress.send(policy, EgressRequest("GET", url), lambda response: response.body)

    return asyncio.run(run())


def test_a_listed_host_is_reached(canary):
    assert send(f"http://127.0.0.1:{canary.port}/x", f"127.0.0.1:{canary.port}") == b"{}"
    assert canary.paths == ["/x"]


@pytest.mark.parametrize(
    ("url", "resolver"),
    [
        ("http://127.0.0.1:{port}/", None),
        ("https://127.0.0.1:{port}/", None),
        ("https://2130706433:{port}/", ["127.0.0.1"]),
        ("https://[::ffff:127.0.0.1]:{port}/", ["::ffff:127.0.0.1"]),
        ("https://provider.test:{port}/", ["127.0.0.1"]),
        ("https://provider.test:{port}/", ["93.184.216.34", "127.0.0.1"]),
    ],
)
def test_the_canary_is_never_reached(canary, url, resolver):
    with pytest.raises(ConnectorError):
        send(url.format(port=canary.port), resolver=resolver)
    assert canary.paths == []


def test_another_port_of_a_private_host_stays_closed(canary):
    with pytest.raises(ConnectorError):
        send(f"http://127.0.0.1:{canary.port}/", "127.0.0.1:1")
    assert canary.paths == []


def test_a_redirect_of_a_listed_host_is_not_followed(canary):
    base = f"http://127.0.0.1:{canary.port}"
    with pytest.raises(ConnectorError, match="redirect"):
        send(f"{base}/redirect", f"127.0.0.1:{canary.port}", listed=f"{base}/")
    assert canary.paths == ["/redirect"]


def test_a_path_outside_the_list_is_not_asked_for(canary):
    base = f"http://127.0.0.1:{canary.port}"
    for path in ("/secret", "/v1/%2e%2e/secret", "/v1x"):
        with pytest.raises(ConnectorError):
            send(f"{base}{path}", f"127.0.0.1:{canary.port}", listed=f"{base}/v1")
    assert canary.paths == []


def test_a_file_is_never_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("canary")
    with pytest.raises(ConnectorError, match="neither https nor http"):
        send(secret.as_uri())
