"""The one way out: every connector sends its requests through this client, under its own `EgressPolicy`.

It checks the allow-list, pins the resolved address, follows no redirect, caps size and time, retries what may be
retried and lets no secret into an exception or a log line. Connectors see a status, headers and a body of known size.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from reos.connectors.errors import ConnectorError, EgressRefusedError, ProviderUnavailableError, RateLimitedError
from reos.connectors.guard import Destination, Guard, Resolver, system_resolver
from reos.connectors.pinned import ADDRESSES, NewTransport, PinnedTransport, new_transport
from reos.connectors.redaction import quieten_http_libraries, redact
from reos.connectors.retry import RetryRule, Sleep, retry_after, retrying
from reos.connectors.values import parse_json
from reos.core.clock import Clock
from reos.core.logging import get_logger

log = get_logger(__name__)

T = TypeVar("T")

_PLAIN_ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})
_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS, _SERVER_ERROR, _UNAVAILABLE = 408, 429, 500, 503


@dataclass(frozen=True)
class EgressPolicy:
    """What one connector may do: where to, how much, how long. `secrets` are masked wherever they might show."""

    provider: str
    destinations: tuple[Destination, ...]
    secrets: tuple[str, ...] = field(default=(), repr=False)
    max_bytes: int = 20_000_000
    connect_s: float = 5.0
    read_s: float = 20.0
    attempt_s: float = 30.0  # a whole try, body included: stops an answer that drips
    retry: RetryRule = field(default_factory=RetryRule)
    bills_answers: bool = False  # a 200 costs money even if its body gets lost, so it is not asked for again
    reads_redirects: bool = False  # a redirect is an answer that the connector judges; following it is a new request


@dataclass(frozen=True)
class EgressRequest:
    """One request; `form` makes it a form-encoded body, `files` (field → name, content, media type) a multipart one."""

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class EgressResponse:
    """What came back after retries: status, headers by lower-case name, the whole body, the time of the last try."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    latency_ms: int

    def json(self, policy: "EgressPolicy") -> Any:  # noqa: ANN401 - it is what the provider sent
        """Return the parsed body; `ProviderUnavailableError` when it is not JSON (a cut body, a gateway's page)."""
        try:
            return parse_json(self.body)
        except ValueError:
            raise _unavailable(policy, "the body is not JSON", status=self.status) from None

    def json_or_none(self) -> Any:  # noqa: ANN401 - it is what the provider sent
        """Return the parsed body of an error answer, None when it is not JSON."""
        try:
            return parse_json(self.body)
        except ValueError:
            return None


class Egress:
    """The shared client. Use as an async context manager; `transport` and `resolver` are the seams for tests."""

    def __init__(
        self,
        *,
        clock: Clock,
        private_hosts: Sequence[str] = (),
        resolver: Resolver = system_resolver,
        transport: NewTransport = new_transport,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        quieten_http_libraries()
        self._clock = clock
        self._guard = Guard(private_hosts, resolver)
        self._sleep = sleep
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
        prepared = self._client.build_request(
            *(request.method, request.url),
            params=request.params or None,
            data=request.form,
            files=request.files,
            headers=request.headers,
        )
        self._guard.admit(policy.provider, prepared.url, policy.destinations)
        async for attempt in retrying(policy.retry, self._sleep):
            with attempt:
                answer = await self._attempt(policy, prepared, read, into)
        return answer

    async def _attempt(
        self, policy: EgressPolicy, request: httpx.Request, read: Callable[[EgressResponse], T], into: Path | None
    ) -> T:
        started = time.monotonic()
        try:
            async with asyncio.timeout(policy.attempt_s):
                response = await self._exchange(policy, request, into)
            self._judge(policy, response)
            answer = read(response)
        except TimeoutError:
            error = _unavailable(policy, f"no complete answer within {policy.attempt_s:g} s")
            self._log(policy, request, started, outcome=error.kind)
            raise error from None
        except ConnectorError as known:
            self._log(policy, request, started, outcome=known.kind)
            raise
        self._log(policy, request, started, outcome=str(response.status))
        return answer

    async def _exchange(self, policy: EgressPolicy, request: httpx.Request, into: Path | None) -> EgressResponse:
        addresses = await self._guard.addresses_of(policy.provider, request.url)
        timeout = httpx.Timeout(policy.read_s, connect=policy.connect_s)
        request.extensions = {**request.extensions, ADDRESSES: addresses, "timeout": timeout.as_dict()}
        started = time.monotonic()
        status = 0
        try:
            response = await self._client.send(request, stream=True)
            status = response.status_code
            try:
                body = await _read(policy, response, into if status == 200 else None)  # noqa: PLR2004 - a file is a 200
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            # The cause is named, not chained: its request object carries the key.
            reason = f"{type(error).__name__}: {redact(str(error), policy.secrets)}"
            raise _unavailable(policy, reason, status=status) from None
        latency = round((time.monotonic() - started) * 1000)
        return EgressResponse(status, dict(response.headers.items()), body, latency)

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
            raise _unavailable(policy, f"HTTP {status}", status=status, wait=wait)
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
        raise _unavailable(policy, "an encoding that we did not ask for", status=response.status_code)
    taken = 0
    with BytesIO() if into is None else into.open("wb") as body:
        async for chunk in response.aiter_bytes():
            taken += len(chunk)
            if taken > policy.max_bytes:
                raise _unavailable(policy, f"more than {policy.max_bytes} bytes", status=response.status_code)
            body.write(chunk)
        return body.getvalue() if isinstance(body, BytesIO) else b""


def _unavailable(
    policy: EgressPolicy, reason: str, *, status: int = 0, wait: float | None = None
) -> ProviderUnavailableError:
    lost_answer = policy.bills_answers and status == 200  # noqa: PLR2004 - only a 200 is billed
    return ProviderUnavailableError(
        f"{policy.provider} gave no usable answer: {reason}.",
        provider=policy.provider,
        http_status=status or None,
        retry_after=wait,
        billed=1 if lost_answer else 0,
        remedy="Nothing to do if it passes; the properties stay queued and are tried again.",
    )
