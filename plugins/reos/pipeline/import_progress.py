"""How far an import is and how long its stages took: told to whoever watches, and kept for the report."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Is told how far a stage is, in rows."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take `done` of about `total`."""
        ...


def silent(stage: str, done: int, total: int) -> None:
    """Report to nobody."""


class Stopwatch:
    """Seconds by stage; a stage that is entered again goes on counting."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block to the stage `name`."""
        began = time.monotonic()
        self.seconds.setdefault(name, 0.0)
        try:
            yield
        finally:
            self.seconds[name] += time.monotonic() - began
