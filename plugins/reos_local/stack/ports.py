"""The stack's TCP ports, all on 127.0.0.1, and who holds one that is taken."""

import errno
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import psutil
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from reos.core.errors import ConfigurationError

HOST = "127.0.0.1"
_LONGEST_COMMAND = 120


class Ports(BaseSettings):
    """One port a listening process; the field `api` is the variable `REOS_PORT_API`, and so on."""

    model_config = SettingsConfigDict(env_prefix="REOS_PORT_", extra="ignore", frozen=True)

    postgres: int = Field(default=54329, ge=1, le=65535)
    valkey: int = Field(default=63799, ge=1, le=65535)
    sandbox: int = Field(default=8097, ge=1, le=65535)
    airflow: int = Field(default=8080, ge=1, le=65535)
    api: int = Field(default=8000, ge=1, le=65535)
    web: int = Field(default=3000, ge=1, le=65535)

    def by_name(self) -> dict[str, int]:
        """Return the ports by their short names."""
        return {name: int(value) for name, value in self.model_dump().items()}


@dataclass(frozen=True)
class Holder:
    """The process that listens on a port; the fields are None when the system does not tell us."""

    pid: int | None
    name: str | None
    command: str | None

    def __str__(self) -> str:
        if self.pid is None:
            return "a process of another user"
        return f"pid {self.pid} ({self.name}): {self.command}"


def read_ports() -> Ports:
    """Return the ports from the environment, or raise `ConfigurationError` naming the bad variable."""
    try:
        ports = Ports()
    except ValidationError as error:
        bad = ", ".join(f"REOS_PORT_{str(e['loc'][0]).upper()}={e['input']}" for e in error.errors())
        raise ConfigurationError(f"Not a port number: {bad}.", remedy="Use a number from 1 to 65535.") from error
    _refuse_duplicates(ports.by_name())
    return ports


def is_taken(port: int) -> bool:
    """Whether something listens on `port` of the loopback interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # without this a port in TIME_WAIT, which is free, looks taken after a restart
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return error.errno in (errno.EADDRINUSE, errno.EACCES)
    return False


def holder_of(port: int) -> Holder:
    """Return who listens on `port`."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return Holder(None, None, None)
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port:
            return _describe(connection.pid)
    return Holder(None, None, None)


def refuse_taken(ports: Mapping[str, int]) -> None:
    """Raise `ConfigurationError` when a port is taken, saying by whom and which variable moves ours."""
    taken = {name: port for name, port in ports.items() if is_taken(port)}
    if not taken:
        return
    lines = [f"port {port} ({name}) is held by {holder_of(port)}" for name, port in taken.items()]
    settings = " ".join(f"REOS_PORT_{name.upper()}={free_port()}" for name in taken)
    raise ConfigurationError(
        "Cannot start: " + "; ".join(lines) + ".",
        remedy=f"Stop that process, or choose other ports: {settings} reos up",
    )


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _describe(pid: int | None) -> Holder:
    if pid is None:
        return Holder(None, None, None)
    try:
        process = psutil.Process(pid)
        command = " ".join(process.cmdline()) or process.name()
        return Holder(pid, process.name(), command[:_LONGEST_COMMAND])
    except psutil.Error:
        return Holder(pid, "?", "already gone")


def _refuse_duplicates(ports: Mapping[str, int]) -> None:
    names: dict[int, list[str]] = {}
    for name, port in ports.items():
        names.setdefault(port, []).append(name)
    for port, users in names.items():
        if len(users) > 1:
            raise ConfigurationError(
                f"Port {port} is given to {' and '.join(users)}.",
                remedy=f"Give each its own: REOS_PORT_{users[1].upper()}={free_port()}",
            )
