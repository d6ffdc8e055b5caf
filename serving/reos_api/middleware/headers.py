"""Adds response headers by wrapping `send`; shared by the layers that need it."""

from collections.abc import Iterable

from starlette.types import Message, Send


def with_headers(send: Send, headers: Iterable[tuple[bytes, bytes]]) -> Send:
    """Return a `send` that adds `headers` (lower-case names) to the response start."""
    extra = list(headers)

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return wrapped
