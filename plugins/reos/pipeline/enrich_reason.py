"""The plan in words: why a source is asked, and why another is not."""

from collections.abc import Mapping, Sequence
from typing import Any

from reos.core.money import MicroUsd, format_usd
from reos.pipeline.enrich_gaps import Gap
from reos.pipeline.enrich_plan import COMPLETE, EXHAUSTED, NOT_FOUND, NOT_NEEDED, OVER_BUDGET, Choice, Step

_NAMED = 4  # facts by name, the rest by number
_WAITS, _POLICY = "waits_for_", "policy_"
_BECAUSE = {
    COMPLETE: "nothing is missing that is worth asking it for",
    NOT_NEEDED: "others fill the same for less",
    EXHAUSTED: "its provider has told all that it knows",
    NOT_FOUND: "it does not know this property",
    OVER_BUDGET: "budget",
    "no_budget": "budget, none is set",
    "day_cap": "budget, the day's cap is reached",
    "month_cap": "budget, the month's cap is reached",
    "not_configured": "this installation has no key for it",
}


def reason(step: Step) -> str:
    """Return one sentence without a full stop, as in "Regrid because zoning is missing, $0.02"."""
    if step.choice is Choice.KEEP:
        return f"{step.label} not asked again: its answer is fresh"
    if step.choice is Choice.SKIP:
        return f"{step.label} skipped: {because(step.code)}"
    price = format_usd(MicroUsd(step.price)) if step.price else "free"
    if step.choice is Choice.PERHAPS:
        return f"{step.label} if others do not know {_listed([gap.fact for gap in step.facts])}, {price}"
    return f"{step.label} because {_gaps(step.facts)}, {price}"


def because(code: str) -> str:
    """Return the words for a reason's code."""
    if code.startswith(_WAITS):
        return f"it waits for {_words(code.removeprefix(_WAITS))}, which is down and costs less"
    if code.startswith(_POLICY):
        return f"policy, rule {code.removeprefix(_POLICY)}"
    return _BECAUSE.get(code, _words(code))


def as_json(step: Step, outcome: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Return the step as it is recorded, with what became of it."""
    told = {"source": step.source, "provider": step.provider, "choice": str(step.choice), "code": step.code}
    facts = [gap.fact for gap in step.facts]
    return {**told, "facts": facts, "price_microusd": step.price, "reason": reason(step), **(outcome or {})}


def _gaps(gaps: Sequence[Gap]) -> str:
    """Say what is missing and what is too old, required facts first."""
    gaps = sorted(gaps, key=lambda gap: not gap.required)
    missing = [gap.fact for gap in gaps if gap.age_days is None]
    old = [gap for gap in gaps if gap.age_days is not None]
    parts = [f"{_listed(missing)} {_are(missing)} missing"] if missing else []
    if old:
        days = max(gap.age_days or 0 for gap in old)
        parts.append(f"{_listed([gap.fact for gap in old])} {_are(old)} {days} days old")
    return " and ".join(parts)


def _listed(names: Sequence[str]) -> str:
    shown = list(names if len(names) <= _NAMED else names[:_NAMED])
    if len(names) > _NAMED:
        shown.append(f"{len(names) - _NAMED} more facts" if len(names) - _NAMED > 1 else names[-1])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _are(things: Sequence[object]) -> str:
    return "is" if len(things) == 1 else "are"


def _words(code: str) -> str:
    return code.replace("_", " ")
