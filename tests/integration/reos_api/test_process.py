"""The server as a process: it serves over a socket, streams as events happen, and stops at once when told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.integration.reos_api.conftest import World

PASSWORD = "correct horse battery staple"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def process(world: "World", port: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("REOS_")},
        "REOS_DB_APP_URL": world.settings.required("db_app_url"),
        "REOS_JWT_KEYS": world.settings.required("jwt_keys"),
        "REOS_STATE_DIR": str(world.settings.state_dir),
        "REOS_PORT_API": str(port),
        "REOS_API_STREAM_POLL_SECONDS": "0.05",
    }
    with subprocess.Popen([sys.executable, "-m", "reos_api"], env=environment) as running:
        try:
            yield running
        finally:
            running.kill()


@pytest.fixture
def client(process: subprocess.Popen[bytes], port: int) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if http.get("/v1/health/ready").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield http


def test_a_stream_over_the_socket_delivers_and_ends_when_the_server_is_told_to_stop(
    client: httpx.Client, process: subprocess.Popen[bytes], world: "World"
) -> None:
    credentials = {"email": "viewer@north.example", "password": PASSWORD}
    token = client.post("/v1/auth/login", json=credentials).json()["access_token"]
    house = world.add_property()
    with client.stream("GET", "/v1/events/stream", headers={"authorization": f"Bearer {token}"}) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry: ")
        [seq] = world.happen(house)
        assert next(line for line in lines if line == f"id: {seq}")
        process.send_signal(signal.SIGTERM)
        assert ": please reconnect" in list(lines)
    assert process.wait(timeout=10) == -signal.SIGTERM  # uvicorn ends by the signal that it was sent


def test_without_its_settings_it_says_which_one_is_missing(world: "World") -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REOS_")}
    environment["REOS_DB_APP_URL"] = world.database.url("owner")
    command = [sys.executable, "-m", "reos_api"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert (done.returncode, done.stderr.strip().splitlines()) == (
        2,
        ["REOS_JWT_KEYS is not set. Set REOS_JWT_KEYS in this process's environment."],
    )


def test_answers_name_no_server_software(client: httpx.Client) -> None:
    assert "server" not in client.get("/v1/health/live").headers
