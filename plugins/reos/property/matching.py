"""Which homes of a block are one. Pure: takes homes with their writings, says what to merge and what to ask.

Addresses are judged by `reos.address.decide`; what an address does not say comes on top: two parcel numbers of one
county are two parcels however alike their addresses, and so is a pair that a person has kept apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

from reos.address import Components, decide_cluster
from reos.address.compare import Comparison, Evidence, Outcome, Verdict

_UNCERTAIN = "It may be the same, but that is not certain."
_TWO_COUNTIES = "The addresses agree, but the parcel numbers are of two counties."


class Writing(NamedTuple):
    """One property as it was named: `parcel` is (county FIPS, canonical number), `text` the address in one line.

    `found_by` is the source that states what the property's leads do not; None where they state all of it.
    """

    property_id: UUID
    address: Components
    text: str
    parcel: tuple[str, str] | None
    apn: str | None
    found_by: str | None = None


@dataclass(eq=False)
class Home:
    """A property and all that it has absorbed. `since` is when the oldest of them was created."""

    home_id: UUID
    since: datetime
    writings: list[Writing]
    is_new: bool = False

    def add(self, writing: Writing) -> None:
        """Take a writing in, unless it says nothing new: two sources often say the same."""
        if writing[:4] not in (known[:4] for known in self.writings):
            self.writings.append(writing)

    @property
    def age(self) -> tuple[datetime, UUID]:
        """Sort key: the older of two homes is the smaller."""
        return self.since, self.home_id

    @property
    def parcels(self) -> dict[str, set[str]]:
        """Canonical parcel numbers by county: several only where a person merged parcels."""
        found: dict[str, set[str]] = {}
        for county, number in (writing.parcel for writing in self.writings if writing.parcel):
            found.setdefault(county, set()).add(number)
        return found


class Finding(NamedTuple):
    """What was found of two homes. `survivor_id` is the older one for a merge, the candidate for a question."""

    newcomer_id: UUID
    survivor_id: UUID
    reason: str
    evidence: Mapping[str, Any]


@dataclass
class Findings:
    """The outcome for a block: pairs to merge, in order, and pairs to ask a person about."""

    merges: list[Finding] = field(default_factory=list)
    questions: list[Finding] = field(default_factory=list)


def match(homes: Sequence[Home], kept_apart: set[frozenset[UUID]]) -> Findings:
    """Compare the new ones among `homes` (all of one block and place) with the others, oldest first.

    `kept_apart` holds pairs of property ids that a person decided to be two homes. A home that is merged takes its
    writings along, so that later ones are compared with all of them.
    """
    found = Findings()
    standing = sorted(homes, key=lambda home: home.age)
    for newcomer in [home for home in standing if home.is_new]:
        if newcomer not in standing:
            continue
        others = [home for home in standing if home is not newcomer]
        chosen = _consider(newcomer, others, kept_apart, found)
        if chosen is not None:
            older, younger = sorted((newcomer, chosen), key=lambda home: home.age)
            older.writings += younger.writings
            standing.remove(younger)
    found.questions = _still_open(found)
    return found


def _consider(newcomer: Home, others: Sequence[Home], kept_apart: set[frozenset[UUID]], found: Findings) -> Home | None:
    """Decide about one newcomer: note the merge or the questions, and return the home that it is merged with."""
    around = [newcomer, *others]
    decision = decide_cluster(
        [writing.address for writing in newcomer.writings],
        [[writing.address for writing in home.writings] for home in others],
        apart=lambda one, other: are_apart(around[one], around[other], kept_apart),
    )
    asked = [at for at, item in enumerate(decision.comparisons) if item.verdict is Verdict.UNSURE]
    chosen = None
    if decision.same is None:
        asked = list(decision.unsure)
    elif _in_two_counties(newcomer, others[decision.same]):
        asked.append(decision.same)
    else:
        chosen = others[decision.same]
        found.merges.append(finding(newcomer, chosen, decision.comparisons[decision.same], decision.reason))
    for at in asked:
        reason = _TWO_COUNTIES if at == decision.same else _UNCERTAIN if chosen else decision.reason
        found.questions.append(finding(newcomer, others[at], decision.comparisons[at], reason))
    return chosen


def are_apart(one: Home, other: Home, kept_apart: set[frozenset[UUID]]) -> bool:
    """Tell whether two homes are known to be two: by parcel numbers of one county, or because a person said so."""
    known, theirs = one.parcels, other.parcels
    if any(known[county].isdisjoint(theirs[county]) for county in known.keys() & theirs.keys()):
        return True
    pairs = product((w.property_id for w in one.writings), (w.property_id for w in other.writings))
    return bool(kept_apart) and any(frozenset(pair) in kept_apart for pair in pairs)


def _in_two_counties(one: Home, other: Home) -> bool:
    known, theirs = one.parcels.keys(), other.parcels.keys()
    return bool(known and theirs) and known.isdisjoint(theirs)


def evidence_of(younger: Home, older: Home, comparison: Comparison) -> dict[str, Any]:
    """Return the evidence as it is stored and read by a person: field by field, then all writings of both sides.

    The left side of `comparison` is the younger home, called `property`; the right one is the `candidate`.
    """
    return {
        "verdict": comparison.verdict.value,
        "fields": [*map(_field, comparison.evidence), *_parcel_field(younger, older)],
        "property": [_shown(writing) for writing in younger.writings],
        "candidate": [_shown(writing) for writing in older.writings],
    }


def finding(newcomer: Home, other: Home, comparison: Comparison, reason: str) -> Finding:
    """Return what was found of two homes, seen from the younger one, whichever of them was the newcomer."""
    older, younger = sorted((newcomer, other), key=lambda home: home.age)
    if older is newcomer:
        turned = (item._replace(left=item.right, right=item.left) for item in comparison.evidence)
        comparison = comparison._replace(evidence=tuple(turned))
    return Finding(younger.home_id, older.home_id, reason, evidence_of(younger, older, comparison))


def _field(item: Evidence) -> dict[str, Any]:
    sides = {"property": item.left, "candidate": item.right}
    return {"field": item.field, **sides, "outcome": item.outcome.value, "sentence": item.sentence}


def _parcel_field(younger: Home, older: Home) -> Iterator[dict[str, Any]]:
    """Yield the parcel numbers side by side where either side has one."""
    one, other = (next((writing for writing in home.writings if writing.parcel), None) for home in (younger, older))
    if one and other:
        outcome = Outcome.EQUAL if one.parcel == other.parcel else Outcome.CONFLICT
        yield _field(Evidence("parcel number", one.apn or "", other.apn or "", outcome))
    elif one or other:
        left, right = (side.apn or "" if side else "" for side in (one, other))
        yield _field(Evidence("parcel number", left, right, Outcome.MISSING))


def _shown(writing: Writing) -> dict[str, Any]:
    source = {"found_by": writing.found_by} if writing.found_by else {}
    return {"property_id": str(writing.property_id), "address": writing.text, "apn": writing.apn, **source}


def _still_open(found: Findings) -> list[Finding]:
    """Ask about homes that still stand, each pair once: what was merged meanwhile speaks for its survivor."""
    survivors = {merge.newcomer_id: merge.survivor_id for merge in found.merges}
    asked: dict[frozenset[UUID], Finding] = {}
    for question in found.questions:
        ends = [_standing(end, survivors) for end in (question.newcomer_id, question.survivor_id)]
        if ends[0] != ends[1]:
            renamed = question._replace(newcomer_id=ends[0], survivor_id=ends[1])
            asked.setdefault(frozenset(ends), renamed)
    return list(asked.values())


def _standing(home_id: UUID, survivors: Mapping[UUID, UUID]) -> UUID:
    while home_id in survivors:
        home_id = survivors[home_id]
    return home_id
