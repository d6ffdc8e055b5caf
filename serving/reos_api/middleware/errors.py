"""The last resort: an exception nobody foresaw becomes a 500 problem that carries the headers of the outer layers."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reos_api.problems import render


class UnforeseenErrors:
    """Renders what the application raised; once the response has begun it can only let the connection break."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            if started:
                raise
            await render(scope, error)(scope, receive, send)
