"""The one way out: every connector sends its requests through this client, under its own `EgressPolicy`.

It checks the allow-list, pins the resolved address, follows no redirect, caps size and time, retries what may be
retried and lets no secret into an exception or a log line. Connectors see a status, headers and a body of known size.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import httpx

from reos.connectors.errors import ConnectorError, EgressRefusedError, RateLimitedError
from reos.connectors.exchange import EgressPolicy, EgressRequest, EgressResponse, unavailable
from reos.connectors.guard import Guard, Resolver, system_resolver
from reos.connectors.pinned import ADDRESSES, NewTransport, PinnedTransport, new_transport
from reos.connectors.redaction import quieten_http_libraries, redact
from reos.connectors.retry import Sleep, retry_after, retrying
from reos.core.clock import Clock
from reos.core.logging import get_logger

__all__ = ["Egress", "EgressPolicy", "EgressRequest", "EgressResponse"]

log = get_logger(__name__)

T = TypeVar("T")

_PLAIN_ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})
_OK, _REQUEST_TIMEOUT, _TOO_MANY_REQUESTS, _SERVER_ERROR, _UNAVAILABLE = 200, 408, 429, 500, 503
# The provider had the whole request and may have done, and billed, the work.
_AFTER_SENDING = (httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError)


@dataclass
class _Try:
    """How far one try has come: the status once it is known, and the records that a lost answer may have cost."""

    most_records: int
    status: int = 0


class Egress:
    """The shared client. Use as an async context manager; `transport` and `resolver` are the seams for tests.

    No try takes longer than `longest_s`, whatever a policy allows.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        private_hosts: Sequence[str] = (),
        resolver: Resolver = system_resolver,
        transport: NewTransport = new_transport,
        sleep: Sleep = asyncio.sleep,
        longest_s: float | None = None,
    ) -> None:
        quieten_http_libraries()
        self._clock = clock
        self._guard = Guard(private_hosts, resolver)
        self._sleep = sleep
        self._longest_s = longest_s
        self._client = httpx.AsyncClient(
            transport=PinnedTransport(transport),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "real-estate-os", "Accept-Encoding": "gzip"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def send(
        self,
        policy: EgressPolicy,
        request: EgressRequest,
        read: Callable[[EgressResponse], T],
        *,
        into: Path | None = None,
    ) -> T:
        """Send `request` under `policy` and return what `read` makes of the answer.

        With `into`, the body of a 200 is written to that file as it comes, for what is too large for memory, and
        `EgressResponse.body` is empty; each try begins the file anew.

        `read` judges the statuses that are the connector's own and may raise; what it raises is retried by the same
        rules, so an error inside an HTTP 200 gets its second try. Raises `EgressRefusedError`, and once the retries are
        used up `RateLimitedError` (429) or `ProviderUnavailableError` (408, 5xx, broken or oversized answers).
        """
        prepared = self._prepared(policy, request)
        self._guard.admit(policy.provider, prepared.url, policy.destinations)
        if self._longest_s is not None:
            policy = replace(policy, attempt_s=min(policy.attempt_s, self._longest_s))
        async for attempt in retrying(policy.retry, self._sleep):
            with attempt:
                this = _Try(request.most_records)
                answer = await self._attempt(policy, prepared, read, into, this)
        return answer

    def _prepared(self, policy: EgressPolicy, request: EgressRequest) -> httpx.Request:
        try:
            return self._client.build_request(
                *(request.method, request.url),
                params=request.params or None,
                data=request.form,
                files=request.files,
                headers=request.headers,
            )
        except (httpx.InvalidURL, UnicodeError):
            # What is wrong is not quoted: it may be the key.
            raise EgressRefusedError(
                f"A request to {policy.provider} cannot be written: its address or key has impossible characters.",
                provider=policy.provider,
                remedy="Correct the provider's base URL or key; they are plain ASCII without blanks.",
            ) from None

    async def _attempt(
        self,
        policy: EgressPolicy,
        request: httpx.Request,
        read: Callable[[EgressResponse], T],
        into: Path | None,
        this: _Try,
    ) -> T:
        started = time.monotonic()
        try:
            async with asyncio.timeout(policy.attempt_s):
                response = await self._exchange(policy, request, into, this)
            self._judge(policy, response)
            answer = read(response)
        except TimeoutError:
            lost = _lost(policy, this, sent=True)
            error = unavailable(
                policy, f"no complete answer within {policy.attempt_s:g} s", status=this.status, billed=lost
            )
            self._log(policy, request, started, outcome=error.kind)
            raise error from None
        except ConnectorError as known:
            known.detail = redact(known.detail, policy.secrets)  # a provider's own words may quote the key
            known.args = (known.detail,)
            self._log(policy, request, started, outcome=known.kind)
            raise
        self._log(policy, request, started, outcome=str(response.status))
        return answer

    async def _exchange(
        self, policy: EgressPolicy, request: httpx.Request, into: Path | None, this: _Try
    ) -> EgressResponse:
        addresses = await self._guard.addresses_of(policy.provider, request.url)
        timeout = httpx.Timeout(policy.read_s, connect=policy.connect_s)
        request.extensions = {**request.extensions, ADDRESSES: addresses, "timeout": timeout.as_dict()}
        started = time.monotonic()
        try:
            response = await self._client.send(request, stream=True)
            this.status = response.status_code
            try:
                body = await _read(policy, response, into if this.status == _OK else None)
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            # The cause is named, not chained: its request object carries the key.
            reason = f"{type(error).__name__}: {redact(str(error), policy.secrets)}"
            lost = _lost(policy, this, sent=isinstance(error, _AFTER_SENDING))
            raise unavailable(policy, reason, status=this.status, billed=lost) from None
        latency = round((time.monotonic() - started) * 1000)
        return EgressResponse(this.status, dict(response.headers.items()), body, latency)

    def _judge(self, policy: EgressPolicy, response: EgressResponse) -> None:
        status = response.status
        throttled = status in {_TOO_MANY_REQUESTS, _UNAVAILABLE}
        wait = retry_after(response.headers, self._clock.now()) if throttled else None
        if status == _TOO_MANY_REQUESTS:
            raise RateLimitedError(
                f"{policy.provider} limits our rate (HTTP 429).",
                provider=policy.provider,
                http_status=status,
                retry_after=wait,
                remedy="Lower the connector's concurrency if this persists.",
            )
        if status == _REQUEST_TIMEOUT or status >= _SERVER_ERROR:
            raise unavailable(policy, f"HTTP {status}", status=status, wait=wait)
        if 300 <= status < 400 and not policy.reads_redirects:  # noqa: PLR2004 - the redirect class
            raise EgressRefusedError(
                f"{policy.provider} answers with a redirect (HTTP {status}), which is never followed.",
                provider=policy.provider,
                http_status=status,
                remedy="If the service has moved, set its new base URL.",
            )

    @staticmethod
    def _log(policy: EgressPolicy, request: httpx.Request, started: float, outcome: str) -> None:
        log.debug(
            "provider_request",
            provider=policy.provider,
            method=request.method,
            url=redact(str(request.url), policy.secrets),
            outcome=outcome,
            ms=round((time.monotonic() - started) * 1000),
        )


async def _read(policy: EgressPolicy, response: httpx.Response, into: Path | None) -> bytes:
    if response.headers.get("content-encoding", "").lower() not in _PLAIN_ENCODINGS:
        raise unavailable(policy, "an encoding that we did not ask for", status=response.status_code)
    taken = 0
    with BytesIO() if into is None else into.open("wb") as body:
        async for chunk in response.aiter_bytes():
            taken += len(chunk)
            if taken > policy.max_bytes:
                raise unavailable(policy, f"more than {policy.max_bytes} bytes", status=response.status_code)
            body.write(chunk)
        return body.getvalue() if isinstance(body, BytesIO) else b""


def _lost(policy: EgressPolicy, this: _Try, *, sent: bool) -> int:
    """Return how many records a lost answer counts as paid: all it may hold, if it was, or may have been, a 200."""
    may_be_paid = this.status == _OK or (sent and not this.status)
    return this.most_records if policy.bills_answers and may_be_paid else 0
