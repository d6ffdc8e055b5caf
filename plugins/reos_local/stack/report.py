"""How a long operation tells its progress; the commands render it as a live table or as plain lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Report(Protocol):
    """Receives the steps of an operation as they happen."""

    def begin(self, step: str) -> None:
        """`step` has started."""

    def end(self, step: str, note: str = "") -> None:
        """`step` is done."""

    def fail(self, step: str) -> None:
        """`step` has failed; the error follows as an exception."""


@contextmanager
def step(report: Report, name: str, note: str = "") -> Iterator[None]:
    """Report the block as one step."""
    report.begin(name)
    try:
        yield
    except BaseException:
        report.fail(name)
        raise
    report.end(name, note)
