"""Bridge's envelope: a list `bundle`, empty for no match, or a refusal in an HTTP status or inside a 200."""

from collections.abc import Mapping
from typing import Any

from reos.connectors.egress import EgressPolicy, EgressResponse
from reos.connectors.errors import (
    ConnectorError,
    InvalidRequestError,
    ProviderAuthError,
    ProviderUnavailableError,
    QuotaError,
    RateLimitedError,
    RecordNotFoundError,
    SchemaDriftError,
)
from reos.connectors.zillow_bridge.settings import SPEC

_OK, _PAYMENT, _NOT_FOUND, _TOO_MANY, _SERVER_ERROR = 200, 402, 404, 429, 500
_AUTH = frozenset({401, 403})
_QUOTA_WORDS = ("quota", "limit", "exceed")
_LONGEST_MESSAGE = 200


def read_bundle(response: EgressResponse, policy: EgressPolicy) -> list[dict[str, Any]]:
    """Return the entries of an answer.

    Raises `RecordNotFoundError` when there is none, and what a refusal or an answer of another form means.
    """
    document = response.json(policy) if response.status == _OK else response.json_or_none()
    told = document if isinstance(document, dict) else {}
    inner = told.get("status")
    failed = told.get("success") is False or "error" in told
    status = inner if failed and isinstance(inner, int) and inner != _OK else response.status
    if response.status != _OK or failed:
        raise _refused(status, _message(told), inside=response.status == _OK)
    bundle = told.get("bundle")
    if not isinstance(bundle, list) or not all(isinstance(entry, dict) for entry in bundle):
        raise SchemaDriftError(
            "Bridge's answer has no list `bundle` of objects.",
            provider=SPEC.provider,
            http_status=_OK,
            remedy="Compare an answer with the README of this connector.",
        )
    if not bundle:
        raise RecordNotFoundError("Zillow has no estimate there.", provider=SPEC.provider, http_status=_OK)
    return bundle


def _message(told: Mapping[str, Any]) -> str:
    """Return the provider's words, wherever in the answer they are."""
    for part in (told.get("error"), told.get("bundle"), told):
        said = part.get("message") if isinstance(part, dict) else part
        if isinstance(said, str):
            return said[:_LONGEST_MESSAGE]
    return ""


def _refused(status: int, message: str, *, inside: bool) -> ConnectorError:
    detail = f"Bridge refuses the request (HTTP {status}{': ' + message if message else ''})."
    words = message.lower()
    kind: type[ConnectorError] = InvalidRequestError
    remedy = "Compare the request with Bridge's reference."
    if status == _NOT_FOUND:
        kind, remedy = RecordNotFoundError, "Nothing to do: Zillow has no estimate there."
    elif status == _PAYMENT or (status in _AUTH and any(word in words for word in _QUOTA_WORDS)):
        kind, remedy = QuotaError, "Wait for the next period, or ask Bridge for more."
    elif status in _AUTH:
        kind, remedy = ProviderAuthError, "Check REOS_ZILLOW_BRIDGE_TOKEN and that Zillow has approved its use."
    elif status == _TOO_MANY:
        kind, remedy = RateLimitedError, "Lower the connector's concurrency if this persists."
    elif inside and (status == _OK or status >= _SERVER_ERROR):
        kind, remedy = ProviderUnavailableError, "Nothing to do if it passes; the properties stay queued."
    return kind(detail, provider=SPEC.provider, http_status=status, remedy=remedy)
