"""Where requests may go: to the destinations a connector names, and never to a private address.

Everything else is refused, and so is a named destination that resolves to an address inside a network of ours or of
the cloud provider (server-side request forgery).

The name is resolved once per request and the connection goes to that very address, so an answer that changes between
check and use (DNS rebinding) changes nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

import httpx

from reos.connectors.errors import EgressRefusedError, ProviderUnavailableError
from reos.core.errors import ConfigurationError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

_PORTS = {"https": 443, "http": 80}
# Instance metadata services; refused even for a host that may be private.
_METADATA = frozenset(map(ipaddress.ip_address, ("169.254.169.254", "100.100.100.200", "fd00:ec2::254")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Destination:
    """One place a connector may call: scheme, host and port exactly, and everything below a path prefix."""

    scheme: str
    host: str
    port: int
    path_prefix: str

    @classmethod
    def below(cls, url: str) -> "Destination":
        """Return the destination that covers `url` and everything below its path; `ConfigurationError` for no URL."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise ConfigurationError(
                f"A provider's base URL is none: {error}.", remedy="Correct the REOS_…_BASE_URL variable or connection."
            ) from error
        return cls(parsed.scheme, parsed.host, port_of(parsed), parsed.path.rstrip("/") + "/")

    def covers(self, url: httpx.URL) -> bool:
        """Tell whether `url` lies here; the prefix ends at a segment border."""
        same = (url.scheme, url.host, port_of(url)) == (self.scheme, self.host, self.port)
        return same and (url.path + "/").startswith(self.path_prefix)


def port_of(url: httpx.URL) -> int:
    """Return the port of `url`, explicit or the scheme's (0 for a scheme we do not speak)."""
    return url.port or _PORTS.get(url.scheme, 0)


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Resolve with the operating system; textual addresses in its order of preference."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Decides about URLs and addresses. `private_hosts` are `host:port` pairs that may be plain http and private."""

    def __init__(self, private_hosts: Sequence[str] = (), resolver: Resolver = system_resolver) -> None:
        self._private_hosts = frozenset(private_hosts)
        self._resolver = resolver

    def admit(self, provider: str, url: httpx.URL, destinations: Sequence[Destination]) -> None:
        """Raise `EgressRefusedError` unless `url` is well-formed, encrypted and on the connector's list."""
        reason = self._refusal(url, destinations)
        if reason:
            raise EgressRefusedError(
                f"Refused to call {url.scheme}://{url.host}:{port_of(url)}{url.path}: {reason}.",
                provider=provider,
                remedy="Correct the provider's base URL; hosts on private networks go into REOS_EGRESS_PRIVATE_HOSTS.",
            )

    async def addresses_of(self, provider: str, url: httpx.URL) -> list[str]:
        """Resolve the host once and return the addresses to connect to; refuses when any of them is private."""
        try:
            answers = await self._resolver(url.host, port_of(url))
        except OSError:
            answers = ()
        addresses = [ipaddress.ip_address(answer.partition("%")[0]) for answer in answers]
        if not addresses:
            raise ProviderUnavailableError(f"The host name {url.host} does not resolve.", provider=provider)
        for address in addresses:
            if not self._permitted(address, private=self._may_be_private(url)):
                raise EgressRefusedError(
                    f"Refused to call {url.host}: it resolves to {address}, which is not a public address.",
                    provider=provider,
                    remedy="If this host is yours, list it as host:port in REOS_EGRESS_PRIVATE_HOSTS.",
                )
        return [str(address) for address in addresses]

    def _refusal(self, url: httpx.URL, destinations: Sequence[Destination]) -> str | None:
        segments = unquote(url.path).replace("\\", "/").split("/")
        rules = (
            (url.scheme not in _PORTS, "the scheme is neither https nor http"),
            (url.scheme == "http" and not self._may_be_private(url), "it is not encrypted"),
            (bool(url.userinfo), "the URL carries credentials"),
            (".." in segments or "." in segments, "the path climbs"),
            (not any(place.covers(url) for place in destinations), "it is not on the connector's allow-list"),
        )
        return next((reason for broken, reason in rules if broken), None)

    def _may_be_private(self, url: httpx.URL) -> bool:
        return f"{url.host}:{port_of(url)}" in self._private_hosts

    @staticmethod
    def _permitted(address: Address, *, private: bool) -> bool:
        plain = _embedded_ipv4(address) or address
        if plain in _METADATA or plain.is_link_local or plain.is_multicast or plain.is_unspecified:
            return False
        if private:
            return True
        tunnelled = isinstance(plain, ipaddress.IPv6Address) and (plain.sixtofour or plain.teredo)
        return plain.is_global and not tunnelled


def _embedded_ipv4(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped
