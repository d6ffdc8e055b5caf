"""A canary on loopback with real sockets, and every connector of the registry with hostile settings and inputs."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Canary(ThreadingHTTPServer):
    """Counts who comes; `/redirect`, or everything once `moved` is set, is sent on to `/secret`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.paths: list[str] = []
        self.moved = False
        self.port = self.server_address[1]


class Handler(BaseHTTPRequestHandler):
    server: Canary

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        moved = self.server.moved or self.path.startswith("/redirect")
        self.send_response(302 if moved else 200)
        if moved:
            self.send_header("location", f"http://127.0.0.1:{self.server.port}/secret")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
