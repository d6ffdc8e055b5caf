import asyncio
from collections.abc import Sequence

import httpx
import pytest

from reos.connectors.errors import EgressRefusedError, ErrorKind, ProviderUnavailableError
from reos.connectors.guard import Destination, Guard, system_resolver
from reos.core.errors import ConfigurationError

PLACES = (Destination.below("https://api.acme.test/v1/parcels"),)


def admit(url: str, *private_hosts: str, places: Sequence[Destination] = PLACES) -> None:
    Guard(private_hosts).admit("acme", httpx.URL(url), places)


def addresses(url: str, answers: Sequence[str], *private_hosts: str) -> list[str]:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return answers

    return asyncio.run(Guard(private_hosts, resolve).addresses_of("acme", httpx.URL(url)))


@pytest.mark.parametrize(
    "url",
    [
        "https://api.acme.test/v1/parcels",
        "https://api.acme.test/v1/parcels/7?x=1",
        "https://api.acme.test:443/v1/parcels/7/..8",
    ],
)
def test_what_is_on_the_list_is_admitted(url: str) -> None:
    admit(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://evil.test/v1/parcels", "allow-list"),
        ("https://api.acme.test.evil.test/v1/parcels", "allow-list"),
        ("https://api.acme.test:8443/v1/parcels", "allow-list"),
        ("https://api.acme.test/v1/parcels2", "allow-list"),
        ("https://api.acme.test/v1", "allow-list"),
        ("https://api.acme.test/v1/parcels/%2e%2e/%2e%2e/admin", "climbs"),
        ("https://api.acme.test/v1/parcels/..%5c..%5cadmin", "climbs"),
        ("https://user:pass@api.acme.test/v1/parcels", "credentials"),
        ("http://api.acme.test/v1/parcels", "not encrypted"),
        ("file:///etc/passwd", "neither https nor http"),
        ("ftp://api.acme.test/v1/parcels", "neither https nor http"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "neither https nor http"),
    ],
)
def test_what_is_not_on_the_list_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(EgressRefusedError, match=reason) as refused:
        admit(url)
    assert refused.value.kind is ErrorKind.INVALID_REQUEST
    assert "pass" not in str(refused.value).replace("passwd", "")


def test_a_listed_private_host_may_be_plain_http() -> None:
    local = (Destination.below("http://127.0.0.1:8097/county"),)
    admit("http://127.0.0.1:8097/county/53033", "127.0.0.1:8097", places=local)
    with pytest.raises(EgressRefusedError, match="not encrypted"):
        admit("http://127.0.0.1:8097/county/53033", "127.0.0.1:8098", places=local)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "192.0.2.1"),
        "0.0.0.0",  # noqa: S104 - an address to refuse
        *("169.254.1.1", "169.254.169.254", "100.100.100.200", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("2002:7f00:1::", "2001:0:7f00:1::"),
    ],
)
def test_a_name_that_resolves_into_our_networks_is_refused(address: str) -> None:
    with pytest.raises(EgressRefusedError, match="not a public address"):
        addresses("https://api.acme.test/v1", [address])


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(EgressRefusedError, match=r"10\.0\.0\.1"):
        addresses("https://api.acme.test/v1", ["93.184.216.34", "10.0.0.1"])


def test_public_addresses_are_returned_in_order() -> None:
    answers = ["2606:2800:220:1::1", "93.184.216.34", "64:ff9b::5db8:d822"]
    assert addresses("https://api.acme.test/v1", answers) == answers


def test_a_private_host_may_be_private_but_never_the_metadata_service() -> None:
    url = "http://sandbox:8097/county"
    assert addresses(url, ["10.0.0.7"], "sandbox:8097") == ["10.0.0.7"]
    for address in ("169.254.169.254", "fd00:ec2::254", "fe80::1", "0.0.0.0", "224.0.0.1"):  # noqa: S104
        with pytest.raises(EgressRefusedError):
            addresses(url, [address], "sandbox:8097")


def test_a_name_that_does_not_resolve_is_unavailable() -> None:
    with pytest.raises(ProviderUnavailableError, match="does not resolve"):
        addresses("https://api.acme.test/v1", [])


def test_a_resolver_that_fails_is_unavailable() -> None:
    async def fail(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such host")

    with pytest.raises(ProviderUnavailableError, match="does not resolve"):
        asyncio.run(Guard((), fail).addresses_of("acme", httpx.URL("https://api.acme.test/v1")))


def test_the_system_resolver_reads_literal_addresses() -> None:
    assert asyncio.run(system_resolver("127.0.0.1", 80)) == ["127.0.0.1"]


@pytest.mark.parametrize("url", ["https://[::1", "https://api.acme.test:port/", "https://api.acme.test/\x00"])
def test_a_base_url_that_is_none_is_a_clear_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match="base URL is none"):
        Destination.below(url)
