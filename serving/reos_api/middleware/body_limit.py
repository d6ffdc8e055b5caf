"""Refuses bodies over the limit: at once by `Content-Length`, or while reading when none was sent."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reos_api.problems import problem_response

_ENVELOPE = 1 << 20  # what a form may add to its file
_UPLOAD = " Import a larger file with `reos import` or through the drop folder, or split it."


class BodyLimit:
    """Lets at most `limit` bytes of body through; on the paths of `uploads`, a form with a file of that many bytes."""

    def __init__(self, app: ASGIApp, limit: int, uploads: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.limit = limit
        self.uploads = uploads or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit, detail = self._limit(scope["path"])
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) <= limit:
            await self.app(scope, _counting(receive, limit, detail), send)
            return
        await problem_response(scope, 413, "content_too_large", detail)(scope, receive, send)

    def _limit(self, path: str) -> tuple[int, str]:
        if path in self.uploads:
            return self.uploads[path] + _ENVELOPE, f"The file may have at most {self.uploads[path]} bytes.{_UPLOAD}"
        return self.limit, f"The body may have at most {self.limit} bytes."


def _counting(receive: Receive, limit: int, detail: str) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, detail)
        return message

    return counted
