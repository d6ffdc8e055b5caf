"""Regrid's envelope: features, an error that may come with any status, or the words of a refusal."""

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
    SchemaDriftError,
)
from reos.connectors.redaction import redact
from reos.connectors.regrid.settings import PROVIDER

_OK, _PAYMENT, _NOT_FOUND = 200, 402, 404
_LONGEST_MESSAGE = 200
_REFUSED = frozenset({401, 403})
_RATE_WORDS = ("rate limit", "too many request", "throttl")
_QUOTA_WORDS = ("quota", "exceed", "overage", "limit reached", "usage limit")
_AUTH_WORDS = ("token", "unauthor", "authent", "forbidden", "permission", "plan", "trial", "subscription", "account")
_INVALID_WORDS = ("invalid", "missing", "required", "must be", "not allowed", "unknown field")


def read_document(response: EgressResponse, policy: EgressPolicy) -> Mapping[str, Any]:
    """Return the object that a 200 holds; an error inside it, or any other status, is raised as what its words say."""
    document = response.json(policy) if response.status == _OK else response.json_or_none()
    told = document if isinstance(document, dict) else {}
    said = next((str(told[key]) for key in ("message", "error") if isinstance(told.get(key), str)), "")
    message = redact(said[:_LONGEST_MESSAGE], policy.secrets)
    if response.status != _OK:
        raise _refused(response.status, message)
    if str(told.get("status", "")).lower() == "error":
        raise _error_inside(message)
    if not isinstance(document, dict):
        raise drift("Regrid's answer is no object.", billed=1 if policy.bills_answers else 0)
    return document


def read_features(response: EgressResponse, policy: EgressPolicy) -> list[dict[str, Any]]:
    """Return the features of an answer, none for no match; `SchemaDriftError` (billed once) when there is no list."""
    document = read_document(response, policy)
    collection = document.get("parcels", document.get("results"))
    found = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise drift("Regrid's answer has no list `parcels.features` of objects.")
    return found


def drift(detail: str, *, billed: int = 1) -> SchemaDriftError:
    """Return the error of an answer in another form than the known one."""
    remedy = "Compare an answer with the README of this connector."
    return SchemaDriftError(detail, provider=PROVIDER, http_status=_OK, billed=billed, remedy=remedy)


def _refused(status: int, message: str) -> ConnectorError:
    detail = f"Regrid refuses the request (HTTP {status}{': ' + message if message else ''})."
    words = message.lower()
    if status == _PAYMENT or (status in _REFUSED and any(word in words for word in _QUOTA_WORDS)):
        return _quota(detail, status)
    if status in _REFUSED:
        return _auth(detail, status)
    remedy = "Check REOS_REGRID_BASE_URL." if status == _NOT_FOUND else "Compare the request with Regrid's reference."
    return InvalidRequestError(detail, provider=PROVIDER, http_status=status, remedy=remedy)


def _error_inside(message: str) -> ConnectorError:
    """Return what an error inside a 200 is: what its words say, else a passing trouble."""
    detail, words = f"Regrid answers with an error{': ' + message if message else ''}.", message.lower()
    if any(word in words for word in _RATE_WORDS):
        return RateLimitedError(detail, provider=PROVIDER, http_status=_OK)
    if any(word in words for word in _QUOTA_WORDS):
        return _quota(detail, _OK)
    if any(word in words for word in _AUTH_WORDS):
        return _auth(detail, _OK)
    if any(word in words for word in _INVALID_WORDS):
        remedy = "Compare the request with Regrid's reference."
        return InvalidRequestError(detail, provider=PROVIDER, http_status=_OK, remedy=remedy)
    return ProviderUnavailableError(detail, provider=PROVIDER, http_status=_OK)


def _quota(detail: str, status: int) -> ConnectorError:
    remedy = "Ask Regrid for more records, or wait for the next period."
    return QuotaError(detail, provider=PROVIDER, http_status=status, remedy=remedy)


def _auth(detail: str, status: int) -> ConnectorError:
    remedy = "Check REOS_REGRID_TOKEN and its plan; a trial token covers a few counties only."
    return ProviderAuthError(detail, provider=PROVIDER, http_status=status, remedy=remedy)
