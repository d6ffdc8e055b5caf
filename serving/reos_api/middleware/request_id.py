"""Gives every request an id: the caller's `X-Request-ID` when it is harmless, else a new one; in logs and answers."""

import re

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from reos.core.ids import NewId, new_id
from reos_api.middleware.headers import with_headers

_HARMLESS = re.compile(rb"[\w.-]{1,64}", re.ASCII)


class RequestId:
    """Puts the id into `scope["state"]["request_id"]`, the log context and the response."""

    def __init__(self, app: ASGIApp, make_id: NewId = new_id) -> None:
        self.app = app
        self.make_id = make_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        request_id = given if _HARMLESS.fullmatch(given) else str(self.make_id()).encode()
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        with structlog.contextvars.bound_contextvars(request_id=request_id.decode()):
            await self.app(scope, receive, with_headers(send, [(b"x-request-id", request_id)]))
