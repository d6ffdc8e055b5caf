"""One log line and one set of measurements a request, labelled by the route's template and never by its ids."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reos.core.logging import get_logger
from reos_api.metrics import ApiMetrics

_log = get_logger("access")
_QUIET = frozenset({"/metrics", "/v1/health/live", "/v1/health/ready"})


class Observe:
    """Counts, times and logs requests."""

    def __init__(self, app: ASGIApp, metrics: ApiMetrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            self._record(scope, status, time.perf_counter() - began)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        self.metrics.requests.labels(scope["method"], route, str(status)).inc()
        self.metrics.latency.labels(scope["method"], route).observe(seconds)
        if scope["path"] not in _QUIET:
            _log.info("request", method=scope["method"], path=scope["path"], status=status, ms=round(seconds * 1000, 1))
