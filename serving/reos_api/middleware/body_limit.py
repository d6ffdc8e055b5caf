"""Refuses bodies over the limit: at once by `Content-Length`, or while reading when none was sent."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reos_api.problems import problem_response


class BodyLimit:
    """Lets at most `limit` bytes of body through."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) <= self.limit:
            await self.app(scope, self._counting(receive), send)
            return
        await problem_response(scope, 413, "content_too_large", self._detail)(scope, receive, send)

    @property
    def _detail(self) -> str:
        return f"The body may have at most {self.limit} bytes."

    def _counting(self, receive: Receive) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise HTTPException(413, self._detail)
            return message

        return counted
