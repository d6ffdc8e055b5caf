"""What goes out and what comes back: a connector's terms for its requests, a request, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reos.connectors.errors import ProviderUnavailableError
from reos.connectors.guard import Destination
from reos.connectors.retry import RetryRule
from reos.connectors.values import parse_json

_OK = 200


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
    bills_answers: bool = False  # an answer that gets lost is counted as paid, so it is not asked for again at once
    reads_redirects: bool = False  # a redirect is an answer that the connector judges; following it is a new request


@dataclass(frozen=True)
class EgressRequest:
    """One request; `form` makes it a form-encoded body, `files` (field → name, content, media type) a multipart one.

    `most_records` is how many records the answer may be billed for.
    """

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    most_records: int = 1


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
            raise unavailable(policy, "the body is not JSON", status=self.status) from None

    def json_or_none(self) -> Any:  # noqa: ANN401 - it is what the provider sent
        """Return the parsed body of an error answer, None when it is not JSON."""
        try:
            return parse_json(self.body)
        except ValueError:
            return None


def unavailable(
    policy: EgressPolicy, reason: str, *, status: int = 0, wait: float | None = None, billed: int | None = None
) -> ProviderUnavailableError:
    """Return the error of an answer that cannot be used; an unusable 200 is billed where answers are, unless told."""
    paid = 1 if policy.bills_answers and status == _OK else 0
    return ProviderUnavailableError(
        f"{policy.provider} gave no usable answer: {reason}.",
        provider=policy.provider,
        http_status=status or None,
        retry_after=wait,
        billed=paid if billed is None else billed,
        remedy="Nothing to do if it passes; the properties stay queued and are tried again.",
    )
