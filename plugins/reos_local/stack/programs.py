"""What a supervised process is: a typed description that supervisord's configuration is rendered from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Ready = Callable[[], bool]
"""A health check: True when the process does its work; it never raises and answers within about a second."""


@dataclass(frozen=True)
class Program:
    """One process of the stack.

    `environment` is complete: a process sees these variables and the few that every process needs, nothing else.
    `user` is the OS user to drop to when the stack runs as root. Lower `priority` stops later.
    """

    name: str
    title: str
    command: tuple[str, ...]
    ready: Ready
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path = Path("/")
    user: str | None = None
    port: int | None = None
    url: str | None = None
    priority: int = 500
    stop_signal: str = "TERM"
    stop_seconds: int = 10
    stop_as_group: bool = False
    start_timeout: float = 60.0
