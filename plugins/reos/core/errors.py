"""One family of errors. Each carries the HTTP status and code that the API renders once, as RFC 9457 problem details.

`detail` says what went wrong and where; `remedy` says what to do about it. Neither ever contains a secret.
"""

from typing import ClassVar


class ReosError(Exception):
    """Base of every error that Real Estate OS raises on purpose."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(self, detail: str, *, remedy: str | None = None, **context: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.context = context

    def __str__(self) -> str:
        return f"{self.detail} {self.remedy}" if self.remedy else self.detail


class InvalidInputError(ReosError):
    """The caller's input is malformed or means nothing (bad address, wrong profile, unreadable file)."""

    status = 422
    code = "invalid_input"


class NotFoundError(ReosError):
    """The thing does not exist for this tenant; another tenant's thing is equally not found."""

    status = 404
    code = "not_found"


class ConflictError(ReosError):
    """The request contradicts the present state (duplicate key, stale version, backward stage)."""

    status = 409
    code = "conflict"


class AuthenticationError(ReosError):
    """The caller did not prove who they are."""

    status = 401
    code = "unauthenticated"


class ForbiddenError(ReosError):
    """The policy kernel refused; the context names the rule."""

    status = 403
    code = "forbidden"


class BudgetExhaustedError(ForbiddenError):
    """A paid call would exceed the tenant's budget for the provider and period."""

    code = "budget_exhausted"


class UnavailableError(ReosError):
    """A service we depend on does not answer."""

    status = 503
    code = "unavailable"


class ConfigurationError(ReosError):
    """The installation is wrong: missing setting, unsafe role, port in use."""

    status = 500
    code = "misconfigured"
