"""The one taxonomy of provider failures. Its classes say what to do next, so that no caller looks at a status code.

| kind | tried again at once | tried by the next sweep | concerns | may a paid source fill in |
|---|---|---|---|---|
| not_found | no | when the negative answer is stale | one record | yes |
| invalid_request | no | yes | one record | no |
| rate_limited | yes, as the provider says | yes | the provider | no |
| unavailable | yes, with back-off | yes | the provider | no |
| quota | no | yes | the provider | no |
| auth | no | yes | the provider | yes: a person must act first |
| schema_drift | no | yes | the provider (or one record) | yes: a person must act first |
"""

from enum import StrEnum
from typing import ClassVar

from reos.core.errors import ReosError


class ErrorKind(StrEnum):
    """What went wrong, in one word that is stored and shown."""

    NOT_FOUND = "not_found"
    INVALID_REQUEST = "invalid_request"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    QUOTA = "quota"
    AUTH = "auth"
    SCHEMA_DRIFT = "schema_drift"


class ConnectorError(ReosError):
    """A provider could not answer. `billed` records are paid for although nothing usable came back."""

    status = 502
    code = "provider_error"
    kind: ClassVar[ErrorKind]
    retry_now: ClassVar[bool] = False
    provider_wide: bool = False
    fallback: ClassVar[bool] = False

    def __init__(
        self,
        detail: str,
        *,
        provider: str,
        remedy: str | None = None,
        http_status: int | None = None,
        retry_after: float | None = None,
        billed: int = 0,
    ) -> None:
        super().__init__(detail, remedy=remedy, provider=provider, http_status=http_status)
        self.provider = provider
        self.http_status = http_status
        self.retry_after = retry_after
        self.billed = billed


class RecordNotFoundError(ConnectorError):
    """The provider answered: it knows no such property. Costs nothing."""

    status = 404
    code = "provider_not_found"
    kind = ErrorKind.NOT_FOUND
    fallback = True


class InvalidRequestError(ConnectorError):
    """The provider refuses what we asked, or we refuse to send it."""

    code = "provider_invalid_request"
    kind = ErrorKind.INVALID_REQUEST


class EgressRefusedError(InvalidRequestError):
    """Our own egress rules forbid the address: not on the allow-list, private, not https, or a redirect."""

    code = "egress_refused"
    provider_wide = True


class RateLimitedError(ConnectorError):
    """Too many requests; `retry_after` is the provider's wish in seconds, when it said one."""

    status = 503
    code = "provider_rate_limited"
    kind = ErrorKind.RATE_LIMITED
    retry_now = True
    provider_wide = True


class ProviderUnavailableError(ConnectorError):
    """The provider does not answer, breaks off, answers with a server error or with something unreadable."""

    status = 503
    code = "provider_unavailable"
    kind = ErrorKind.UNAVAILABLE
    retry_now = True
    provider_wide = True


class QuotaError(ConnectorError):
    """The contract's volume at the provider is used up."""

    code = "provider_quota"
    kind = ErrorKind.QUOTA
    provider_wide = True


class ProviderAuthError(ConnectorError):
    """The provider does not accept our key."""

    code = "provider_auth"
    kind = ErrorKind.AUTH
    provider_wide = True
    fallback = True


class SchemaDriftError(ConnectorError):
    """The answer is not of the form we know: a mapped column is gone, a type changed, a code is unknown."""

    code = "provider_schema_drift"
    kind = ErrorKind.SCHEMA_DRIFT
    provider_wide = True
    fallback = True

    @classmethod
    def of_record(cls, detail: str, *, provider: str, billed: int = 0) -> "SchemaDriftError":
        """Return drift seen in one record only: the other records of the batch stay good."""
        remedy = "Extend the connector's mapping, then run it again."
        error = cls(detail, provider=provider, billed=billed, remedy=remedy)
        error.provider_wide = False
        return error


_BY_KIND: dict[ErrorKind, type[ConnectorError]] = {
    each.kind: each
    for each in (
        *(RecordNotFoundError, InvalidRequestError, RateLimitedError, ProviderUnavailableError),
        *(QuotaError, ProviderAuthError, SchemaDriftError),
    )
}


def error_of(kind: ErrorKind, detail: str, *, provider: str, http_status: int | None = None) -> ConnectorError:
    """Return the provider's failure that was stored as `kind` and `detail`, as it concerns all that is asked of it."""
    error = _BY_KIND[kind](detail, provider=provider, http_status=http_status)
    error.provider_wide = True
    return error
