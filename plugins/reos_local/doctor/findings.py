"""What a check answers: well or not, what was seen, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass

from reos_local.stack.layout import Layout
from reos_local.stack.ports import Ports


@dataclass(frozen=True)
class Finding:
    """The result of one check; a problem always comes with its remedy."""

    subject: str
    well: bool
    detail: str
    remedy: str = ""


@dataclass(frozen=True)
class Patient:
    """What is examined."""

    layout: Layout
    ports: Ports


Check = Callable[[Patient], Finding]


def well(subject: str, detail: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(subject, well=True, detail=detail)


def problem(subject: str, detail: str, remedy: str) -> Finding:
    """Return a problem with its remedy."""
    return Finding(subject, well=False, detail=detail, remedy=remedy)
