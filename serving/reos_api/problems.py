"""Errors on the wire: RFC 9457 problem details with the request id, for our errors, FastAPI's and unforeseen ones."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
import psycopg
import psycopg_pool
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from reos.core.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidInputError,
    ReosError,
    UnavailableError,
)
from reos.core.logging import get_logger

MEDIA_TYPE = "application/problem+json"


class MergedError(ReosError):
    """The property was merged into another, which answers at `location`."""

    status = 307
    code = "merged"

    def __init__(self, detail: str, location: str) -> None:
        super().__init__(detail, remedy="Follow `location`.")
        self.location = location


_log = get_logger(__name__)

_MISSING_WAREHOUSE = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)
_LOST_DATABASE = (
    *(ConnectionError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError),
    *(asyncpg.AdminShutdownError, asyncpg.QueryCanceledError, asyncpg.TooManyConnectionsError),
    *(psycopg.OperationalError, psycopg_pool.PoolTimeout, TimeoutError),
)


class InvalidField(BaseModel):
    """One field of the request that was refused."""

    field: str = Field(description="Where: `body.address`, `query.limit` …", examples=["query.limit"])
    message: str = Field(description="Why.", examples=["Input should be less than or equal to 200"])


class Problem(BaseModel):
    """RFC 9457 problem details: what went wrong, and what to do about it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:reos:problem:forbidden",
                    "title": "Forbidden",
                    "status": 403,
                    "detail": "Default deny: no rule permits the role Viewer the action properties:create.",
                    "code": "forbidden",
                    "request_id": "0199f0c2-6d3e-7c61-9d57-0f6a2f2f8f11",
                    "remedy": "Allowed for Admin, Analyst.",
                }
            ]
        }
    )

    type: str = Field(description="URI of the kind of problem; ends in `code`.")
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong, here.")
    code: str = Field(description="Stable machine-readable kind of problem.")
    request_id: str = Field(description="Quote this when you report the problem; it is in our logs.")
    remedy: str | None = Field(default=None, description="What would make the request succeed.")
    errors: list[InvalidField] | None = Field(default=None, description="The refused fields of an invalid request.")


_WHEN: Mapping[int, str] = {
    307: "The property was merged; `location` is the same resource of its survivor.",
    401: "No valid access token.",
    403: "The policy kernel refused; `detail` names the rule, `remedy` who may.",
    404: "No such thing in this tenant.",
    409: "The request contradicts the present state.",
    413: "The body is too large.",
    422: "The request is malformed; `errors` names the fields.",
    503: "A service that is needed does not answer; try again.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the given error statuses of a route or router."""
    return {status: {"model": Problem, "description": _WHEN[status]} for status in statuses}


def problem_response(
    scope: Scope,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **extra: object,
) -> Response:
    """Build the response; `extra` members that are None are left out."""
    body = {
        "type": f"urn:reos:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": scope.get("state", {}).get("request_id", ""),
        **{key: value for key, value in extra.items() if value is not None},
    }
    return Response(orjson.dumps(body), status, headers, MEDIA_TYPE)


def render(scope: Scope, error: Exception) -> Response:
    """Turn any exception into its problem; what we did not foresee is logged and says nothing of our inside."""
    known = translate(error)
    if known.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request_failed", path=scope["path"], code=known.code, exc_info=error)
    if isinstance(known, ConfigurationError) or type(known) is ReosError:
        return problem_response(scope, 500, known.code, "Something went wrong on our side.")
    headers = _headers(known)
    return problem_response(scope, known.status, known.code, known.detail, headers=headers, remedy=known.remedy)


def _headers(error: ReosError) -> Mapping[str, str] | None:
    if isinstance(error, AuthenticationError):
        return {"www-authenticate": 'Bearer error="invalid_token"'}
    return {"location": error.location} if isinstance(error, MergedError) else None


def translate(error: Exception) -> ReosError:
    """Name a foreign error in our own terms: a lost database, a warehouse never built, or an internal error."""
    if isinstance(error, ReosError):
        return error
    if isinstance(error, _MISSING_WAREHOUSE):
        return UnavailableError("The warehouse has not been built yet.", remedy="Run the DAG build_warehouse once.")
    if isinstance(error, _LOST_DATABASE):
        return UnavailableError("The database does not answer.", remedy="Try again in a moment.")
    return ReosError(str(error))


def install(app: FastAPI) -> None:
    """Render our errors, validation errors and routing errors (404, 405) of `app` as problems."""
    app.add_exception_handler(ReosError, _on_reos_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_reos_error(request: Request, error: Exception) -> Response:
    return render(request.scope, error)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    # The input itself is not echoed: it may hold a password.
    details = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [{"field": ".".join(str(part) for part in d["loc"]), "message": d["msg"]} for d in details]
    fields = ", ".join(item["field"] for item in errors)
    detail = f"The request is not valid: {fields}."
    return problem_response(request.scope, 422, InvalidInputError.code, detail, errors=errors)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    status, detail, headers = 500, str(error), dict[str, str]()
    if isinstance(error, HTTPException):
        status, detail, headers = error.status_code, error.detail, dict(error.headers or {})
    code = HTTPStatus(status).name.lower()
    if status == HTTPStatus.NOT_FOUND:
        detail = f"There is no {request.url.path}."
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"allow": _methods(request)}  # Starlette names those of one route only
    elif status == HTTPStatus.BAD_REQUEST:
        status, code, detail = 422, InvalidInputError.code, "The body is not JSON in UTF-8."
    return problem_response(request.scope, status, code, detail, headers=headers)


def _methods(request: Request) -> str:
    routes = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted({method for route in routes for method in route.methods or ()}))
