"""Whom to ask about which property, and why not: pure, so that a plan can be explained and tested without a provider.

Free sources are asked about every property whose answer is missing or stale. A paid source is asked only where a
required fact is still missing after that, and never because a free source is merely down: that passes by waiting.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reos.connectors.contract import Connector, LookupRequest
from reos.pipeline.enrich_state import PropertyState

COMPLETE = "nothing_missing"


@dataclass(frozen=True)
class Terms:
    """Under which terms a source is asked in this run."""

    now: datetime
    paid: bool
    force: bool = False  # ask again although the answer at hand is fresh


def to_ask(states: Iterable[PropertyState], connector: Connector, terms: Terms) -> list[LookupRequest]:
    """Return the lookups to make at `connector`; why a property is left out is noted in its state."""
    provider = connector.spec.provider
    requests = []
    for state in states:
        if not terms.force and _settled(state, connector, terms):
            continue
        reason = _reason_not_to(state, connector, terms)
        if reason is None:
            requests.append(state.request)
        else:
            state.skipped[provider] = reason
    return requests


def _settled(state: PropertyState, connector: Connector, terms: Terms) -> bool:
    """Tell whether the answer at hand is young enough; one that cannot be read counts as a failure until it is old."""
    spec = connector.spec
    landed = state.landed.get(spec.provider)
    if landed is None:
        return False
    max_age = spec.max_age if landed.facts else spec.unusable_max_age
    if terms.now - landed.fetched_at >= max_age:
        return False
    if landed.error:
        state.failed[spec.provider] = landed.error
    return True


def _reason_not_to(state: PropertyState, connector: Connector, terms: Terms) -> str | None:
    provider = connector.spec.provider
    if terms.paid and not terms.force:
        if not state.missing(without=provider):
            return COMPLETE
        waiting = sorted(source for source, error in state.failed.items() if not error.fallback)
        if waiting:
            return f"waits_for_{waiting[0]}"
    if provider in state.not_found and not terms.force:
        return "not_found"
    return connector.refusal(state.request)
