"""A provider sandbox in a process of its own, as a drill needs it: faults on and off, and what it has sold."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]


class Sandbox:
    """The running sandbox at `place` (host:port)."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._web = httpx.Client(base_url=f"http://{place}", trust_env=False, timeout=30)

    def close(self) -> None:
        """Close the connection."""
        self._web.close()

    def fault(self, provider: str, kind: str, **more: Any) -> None:
        """Switch a fault of `provider` on."""
        self._web.put(f"/_faults/{provider}", json={"kind": kind, **more}).raise_for_status()

    def no_faults(self) -> None:
        """Switch all faults off."""
        self._web.delete("/_faults").raise_for_status()

    def sold(self) -> dict[str, int]:
        """Return the records sold so far by each paid provider."""
        found: dict[str, int] = self._web.get("/_sold").raise_for_status().json()
        return found

    def providers(self) -> list[str]:
        """Return the providers that can be given a fault."""
        return list(self._web.get("/_health").raise_for_status().json()["requests"])

    def asked(self, provider: str) -> int:
        """Return how many requests `provider` has had."""
        return int(self._web.get("/_health").raise_for_status().json()["requests"][provider])


@contextmanager
def running_sandbox(port: int, seed: int = 1) -> Iterator[Sandbox]:
    """Start the sandbox on `port` and stop it, by its process id, at the end of the block."""
    command = [sys.executable, "-m", "reos_local.sandbox", "--port", str(port), "--seed", str(seed)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        sandbox = Sandbox(f"127.0.0.1:{port}")
        try:
            yield _ready(sandbox, process)
        finally:
            sandbox.close()
            process.terminate()


def _ready(sandbox: Sandbox, process: subprocess.Popen[bytes], seconds: float = 60) -> Sandbox:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            sandbox.sold()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return sandbox
    raise RuntimeError("The sandbox did not start.")


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
