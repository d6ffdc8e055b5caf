import os
import socket
from collections.abc import Iterator

import pytest

from reos.core.errors import ConfigurationError
from reos_local.stack import ports


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_every_port_can_be_moved_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REOS_PORT_API", "18000")
    assert ports.read_ports().api == 18000
    assert ports.read_ports().airflow == 8080


def test_a_bad_port_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REOS_PORT_API", "70000")
    with pytest.raises(ConfigurationError, match="REOS_PORT_API=70000"):
        ports.read_ports()


def test_one_port_for_two_processes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REOS_PORT_API", "8080")
    with pytest.raises(ConfigurationError, match="8080 is given to airflow and api"):
        ports.read_ports()


def test_a_taken_port_is_reported_with_its_holder_and_the_variable_to_change(listening: int) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ports.refuse_taken({"api": listening, "web": ports.free_port()})
    assert f"port {listening} (api) is held by pid {os.getpid()} (" in caught.value.detail
    assert "pytest" in caught.value.detail
    assert "web" not in caught.value.detail
    assert caught.value.remedy is not None
    assert "REOS_PORT_API=" in caught.value.remedy


def test_free_ports_are_accepted() -> None:
    ports.refuse_taken({"api": ports.free_port()})


def test_a_holder_that_the_system_hides_is_said_to_be_another_users() -> None:
    assert str(ports.Holder(None, None, None)) == "a process of another user"
