"""What is missing of a property, or too old: each wanted fact against the newest answer that holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from reos.pipeline.enrich_facts import WantedFact
from reos.pipeline.enrich_state import PropertyState


@dataclass(frozen=True)
class Gap:
    """A fact that nobody has told (`age_days` None), or not for too long.

    `due` ones are still young enough to be used, but their source has had time to learn something new: worth a
    question that is free, never a purchase.
    """

    fact: str
    required: bool
    age_days: int | None = None
    due: bool = False


@dataclass(frozen=True)
class Limits:
    """What counts as too old, at `now`: the age of each fact, and how long each source's answer is not repeated.

    With `force` only what was asked in this very run, or imported, counts as known.
    """

    now: datetime
    wanted: Mapping[str, WantedFact]
    answer_ages: Mapping[str, timedelta]
    force: bool = False


def gaps_of(state: PropertyState, limits: Limits) -> dict[str, Gap]:
    """Return the property's gaps by fact, in the order in which facts are wanted."""
    known = _known(state, limits)
    land = state.is_land()
    gaps = {}
    for name, fact in limits.wanted.items():
        if fact.of_buildings and land:
            continue
        gap = _gap(fact, known.get(name), limits)
        if gap:
            gaps[name] = gap
    return gaps


def _known(state: PropertyState, limits: Limits) -> dict[str, tuple[datetime, timedelta | None]]:
    """Return by fact when its newest value was asked for, and how long that answer is not asked for again."""
    known: dict[str, tuple[datetime, timedelta | None]] = {name: (at, None) for name, at in state.imported.items()}
    for source, landed in state.usable().items():
        if landed.facts is None or (limits.force and source not in state.asked):
            continue
        for name in landed.facts.known():
            if name not in known or known[name][0] < landed.fetched_at:
                known[name] = (landed.fetched_at, limits.answer_ages.get(source))
    return known


def _gap(fact: WantedFact, known: tuple[datetime, timedelta | None] | None, limits: Limits) -> Gap | None:
    if known is None:
        return Gap(fact.name, fact.required)
    age = limits.now - known[0]
    if age >= fact.max_age:
        return Gap(fact.name, fact.required, age.days)
    due = known[1] is not None and age >= known[1]
    return Gap(fact.name, fact.required, age.days, due=True) if due else None
