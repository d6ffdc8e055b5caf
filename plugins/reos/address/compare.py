"""Whether two addresses are one home, with the evidence. Pure: what to do about it is decided elsewhere.

SAME is certain enough to merge without asking: nothing conflicts, nothing is doubtful, and one side is at most a
shorter writing of the other. What only may be the same is UNSURE, for a person to decide.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from reos.address.compare_evidence import Evidence, Outcome
from reos.address.compare_fields import compare_fields
from reos.address.compare_number import fold_number
from reos.address.compare_street import street_block
from reos.address.value import Address, Components, Problem

__all__ = ["Comparison", "Evidence", "Outcome", "Verdict", "block_key", "compare", "compare_read"]


class Verdict(StrEnum):
    """What two addresses are; the value is its name in stored evidence."""

    SAME = "same"
    UNSURE = "unsure"
    DIFFERENT = "different"


class Comparison(NamedTuple):
    """The verdict on two addresses and what it rests on, field by field."""

    verdict: Verdict
    evidence: tuple[Evidence, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a person reads: every field that is not plainly equal, or that all are."""
        telling = tuple(item.sentence for item in self.evidence if item.outcome is not Outcome.EQUAL)
        return telling or ("Every field is the same.",)


def compare(left: Components, right: Components, *, same_place: bool = False) -> Comparison:
    """Compare two addresses; `same_place`: the caller knows that both are of one town, whatever they leave out.

    Symmetric: swapping the sides swaps the evidence's sides and nothing else.
    """
    evidence = tuple(compare_fields(left, right, same_place=same_place))
    return Comparison(_verdict(evidence), evidence)


def compare_read(left: Address, right: Address, *, same_place: bool = False) -> Comparison:
    """Compare two addresses as they were read: one with a problem other than a missing place is never SAME.

    Its components may lack what could not be read, a unit for instance.
    """
    found = compare(left.components, right.components, same_place=same_place)
    doubtful = any(problem is not Problem.NO_PLACE for problem in (*left.problems, *right.problems))
    return found._replace(verdict=Verdict.UNSURE) if doubtful and found.verdict is Verdict.SAME else found


def block_key(components: Components) -> str | None:
    """Return what two writings of one home always share: house number and folded street name; None without them.

    Number and name are folded further than for a match key: equal blocks only say that comparing is worth while.
    """
    if components.box:
        return components.box
    if not (components.number and components.street):
        return None
    return f"{fold_number(components.number)}|{street_block(components.street, components.suffix)}"


def _verdict(evidence: Sequence[Evidence]) -> Verdict:
    outcomes = {item.outcome for item in evidence}
    if Outcome.CONFLICT in outcomes:
        return Verdict.DIFFERENT
    if Outcome.DOUBTFUL in outcomes or _cross(evidence):
        return Verdict.UNSURE
    return Verdict.SAME


def _cross(evidence: Sequence[Evidence]) -> bool:
    """Tell whether each side states what the other leaves out (`E 9`, `9 ST`), or whether street and place both do.

    One shorter writing is usual; two half writings that only meet in the middle are a guess.
    """
    missing = [item for item in evidence if item.outcome is Outcome.MISSING]
    shorter = {len(item.left) < len(item.right) for item in missing}
    return len(shorter) > 1 or (len(missing) > 1 and missing[-1].field == "place")
