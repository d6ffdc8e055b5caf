"""`python -m reos_api`: serves the API, and on SIGTERM ends the open streams first, so that stopping takes no time."""

import os
import socket
import sys

import uvicorn
from fastapi import FastAPI

from reos.core.errors import ConfigurationError


class Server(uvicorn.Server):
    """Uvicorn that dismisses the streams before it waits for connections to close."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        running = getattr(self._app.state, "services", None)
        if running is not None:
            running.relay.close()
        await super().shutdown(sockets)


def main() -> int:
    """Serve until stopped; `REOS_API_HOST` and `REOS_PORT_API` say where (127.0.0.1:8000)."""
    try:
        from reos_api.main import app  # noqa: PLC0415 - reads the environment
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    config = uvicorn.Config(
        app,
        host=os.environ.get("REOS_API_HOST", "127.0.0.1"),
        port=int(os.environ.get("REOS_PORT_API", "8000")),
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        lifespan="on",
    )
    server = Server(config, app)
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
