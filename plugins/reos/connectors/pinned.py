"""The transport that connects where the guard looked, and nowhere else.

It replaces the host by the resolved address, while TLS still verifies the certificate of the name. Each name has its
own connection pool, so that two names that share an address never share a connection.
"""

from collections.abc import Callable, Sequence

import httpx

NewTransport = Callable[[], httpx.AsyncBaseTransport]
ADDRESSES = "reos_addresses"


def new_transport() -> httpx.AsyncBaseTransport:
    """Return a plain transport that verifies certificates and ignores proxy variables (they would undo the pinning)."""
    return httpx.AsyncHTTPTransport(
        trust_env=False, limits=httpx.Limits(max_connections=32, max_keepalive_connections=32, keepalive_expiry=30)
    )


class PinnedTransport(httpx.AsyncBaseTransport):
    """Sends a request to the addresses in its extension `reos_addresses`, in order, until one accepts a connection."""

    def __init__(self, new_inner: NewTransport = new_transport) -> None:
        self._new_inner = new_inner
        self._inner: dict[tuple[str, str, int | None], httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Connect to the pinned address; a request without one is a programming error."""
        addresses: Sequence[str] = request.extensions[ADDRESSES]
        url = request.url
        origin = (url.scheme, url.host, url.port)
        if origin not in self._inner:
            self._inner[origin] = self._new_inner()
        inner = self._inner[origin]
        for address in addresses[:-1]:
            try:
                return await inner.handle_async_request(_pin(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await inner.handle_async_request(_pin(request, addresses[-1]))

    async def aclose(self) -> None:
        """Close every pool."""
        for inner in self._inner.values():
            await inner.aclose()


def _pin(request: httpx.Request, address: str) -> httpx.Request:
    """Return `request` aimed at `address`; its Host header and TLS name stay those of the original host."""
    return httpx.Request(
        method=request.method,
        url=request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )
