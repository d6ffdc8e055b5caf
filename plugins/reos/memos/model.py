"""What a memo shows, in the order of its pages. Texts are ready to print; numbers that a chart draws stay numbers."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Agreement(StrEnum):
    """How far a fact can be trusted, by what other sources say of it."""

    CONFIRMED = "sources agree"
    SINGLE = "one source"
    DISPUTED = "sources differ"


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline number with the line of small print under it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One component of the score: `points` of `max_points`, what was measured, and the scale it was measured on."""

    component: str
    label: str
    meaning: str
    measured: str
    scale: str
    points: int
    max_points: int
    missing: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """An amount of money to compare with the others, in dollars."""

    label: str
    amount: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of the record: its value, who says so, when they said it, and whether others say the same."""

    label: str
    value: str
    source: str
    day: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that sources differ on: the value in use, and what the others say."""

    label: str
    used: str
    used_source: str
    others: str


@dataclass(frozen=True, slots=True)
class Memo:
    """A memo, complete: nothing else decides its bytes but the template."""

    prepared_for: str
    as_of: date
    title: str
    subtitle: str
    identity: tuple[str, ...]
    score: int
    verdict: str
    confidence: float
    headline: tuple[Figure, ...]
    key_facts: tuple[Figure, ...]
    summary: str
    reasons: tuple[Reason, ...]
    indicators: tuple[Indicator, ...]
    method: str
    facts: tuple[Fact, ...]
    differences: tuple[Difference, ...]
    unknown: tuple[str, ...]
    model_version: str
    weights_version: int
    score_version: int
    inputs_hash: str
