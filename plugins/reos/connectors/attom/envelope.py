"""ATTOM's envelope round every answer: records with their total, "no match" in two disguises, or a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reos.connectors.attom.settings import PROVIDER
from reos.connectors.egress import EgressPolicy, EgressResponse
from reos.connectors.errors import (
    ConnectorError,
    InvalidRequestError,
    ProviderAuthError,
    QuotaError,
    RecordNotFoundError,
    SchemaDriftError,
)
from reos.connectors.redaction import redact

_OK, _PAYMENT, _NOT_FOUND = 200, 402, 404
_REFUSED = frozenset({401, 403})
_LONGEST_MESSAGE = 200
_NO_MATCH = "successwithoutresult"
_QUOTA_WORDS = ("quota", "limit", "exceed", "expired")


@dataclass(frozen=True)
class Found:
    """The records of one answer, and how many match in all."""

    properties: list[Mapping[str, Any]]
    total: int


def read_envelope(response: EgressResponse, policy: EgressPolicy) -> Found:
    """Return the records of an answer; raises `RecordNotFoundError` (free) for either form of "no match".

    A 200 without a list of objects is `SchemaDriftError`, billed once, for it is not said how often.
    """
    document = response.json(policy) if response.status == _OK else response.json_or_none()
    envelope = {key.lower(): value for key, value in document.items()} if isinstance(document, dict) else {}
    told = envelope.get("status")
    status = {key.lower(): value for key, value in told.items()} if isinstance(told, dict) else {}
    message, total = redact(str(status.get("msg") or "")[:_LONGEST_MESSAGE], policy.secrets), status.get("total")
    if message.lower() == _NO_MATCH or (response.status == _OK and str(total) == "0"):
        raise RecordNotFoundError("ATTOM knows no such property.", provider=PROVIDER, http_status=response.status)
    if response.status != _OK:
        raise _refused(response.status, message)
    found = envelope.get("property")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found) or not (found or total):
        raise SchemaDriftError(
            "ATTOM's answer has no list `property` of objects.",
            provider=PROVIDER,
            http_status=_OK,
            billed=1,
            remedy="Compare an answer with the README of this connector.",
        )
    return Found(found, total if isinstance(total, int) else len(found))


def _refused(status: int, message: str) -> ConnectorError:
    detail = f"ATTOM refuses the request (HTTP {status}{': ' + message if message else ''})."
    if status == _PAYMENT or (status in _REFUSED and any(word in message.lower() for word in _QUOTA_WORDS)):
        remedy = "Ask ATTOM for more volume, or wait for the next period."
        return QuotaError(detail, provider=PROVIDER, http_status=status, remedy=remedy)
    if status in _REFUSED:
        remedy = "Check REOS_ATTOM_API_KEY and what the contract covers."
        return ProviderAuthError(detail, provider=PROVIDER, http_status=status, remedy=remedy)
    remedy = "Check REOS_ATTOM_BASE_URL." if status == _NOT_FOUND else "Compare the request with ATTOM's reference."
    return InvalidRequestError(detail, provider=PROVIDER, http_status=status, remedy=remedy)
