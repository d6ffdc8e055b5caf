"""Which of a plan's omissions are told in events and counted: one a provider, and none that concerns nobody."""

from reos.pipeline.enrich_offers import NOT_CONFIGURED
from reos.pipeline.enrich_plan import QUIET, Choice, Plan, Step
from reos.pipeline.enrich_state import PropertyState


def told_skips(plan: Plan, state: PropertyState) -> dict[str, str]:
    """Return the reason by source.

    Of a provider's several datasets the one that would have filled most speaks for all. A paid or unconfigured source
    is mentioned only if a required fact is missing that it could fill.
    """
    required = {gap.fact for gap in plan.gaps if gap.required}
    told: dict[str, tuple[int, Step]] = {}
    for step in plan.steps:
        if step.choice is not Choice.SKIP or step.code in QUIET or step.source in state.failed:
            continue
        could_fill = len(required & step.could_fill)
        if not could_fill and (step.price or step.code == NOT_CONFIGURED):
            continue
        if step.provider not in told or told[step.provider][0] < could_fill:
            told[step.provider] = (could_fill, step)
    return {step.source: step.code for _, step in sorted(told.values(), key=lambda each: each[1].source)}
