"""What a comparison of two addresses rests on: one field side by side, and how the two sides stand to one another."""

from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """How two sides of a field stand to one another; the value is its name in stored evidence."""

    EQUAL = "equal"
    COMPATIBLE = "compatible"
    MISSING = "missing"
    DOUBTFUL = "doubtful"
    CONFLICT = "conflict"


_SENTENCES = {
    Outcome.EQUAL: "The {0} is the same: {1}.",
    Outcome.COMPATIBLE: "The {0} is the same, written in two ways: {1} and {2}.",
    Outcome.MISSING: "The {0} is not stated on both sides: {1} and {2}.",
    Outcome.DOUBTFUL: "The {0} may or may not be the same: {1} and {2}.",
    Outcome.CONFLICT: "The {0} differs: {1} and {2}.",
}


class Evidence(NamedTuple):
    """One field side by side. An empty side states nothing."""

    field: str
    left: str
    right: str
    outcome: Outcome

    @property
    def sentence(self) -> str:
        """Say it for a person: `The street type differs: ST and PL.` ."""
        return _SENTENCES[self.outcome].format(self.field, self.left or "none", self.right or "none")
