"""Which source fills a property's gaps cheapest, and why: pure, so that a plan can be explained, previewed and tested.

Free sources first: each that may fill something missing, stale or due is asked. What they cannot fill is bought where a
required fact is missing or stale, by the cheapest combination of paid sources within the purse. Nobody is paid because
a source that costs no more is merely down (that passes by waiting), for a fact that is fresh, or for a fact that
another dataset of the same provider has just answered without. A run plans again after each round of answers, which is
how the next source stands in for one that failed or knew nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reos.connectors.contract import Connector, ConnectorSpec, LookupRequest
from reos.pipeline.enrich_choose import Bid, best
from reos.pipeline.enrich_gaps import Gap, Limits, gaps_of
from reos.pipeline.enrich_state import PropertyState

COMPLETE, NOT_NEEDED, EXHAUSTED, NOT_FOUND = "nothing_missing", "not_needed", "told_all", "not_found"
# Reasons that concern nobody but who reads a plan: events and counts leave them out.
QUIET = frozenset({COMPLETE, NOT_NEEDED, EXHAUSTED})
OVER_BUDGET = "budget"


class Choice(StrEnum):
    """What a plan does with a source."""

    ASK = "ask"
    PERHAPS = "perhaps"  # asked only if others answer without what is missing
    KEEP = "keep"  # its answer at hand is fresh
    SKIP = "skip"


@dataclass(frozen=True)
class Step:
    """What is done with one source, for which facts, at which price, and why (`code` for machines).

    `could_fill` are all facts that its answers may hold.
    """

    source: str
    provider: str
    label: str
    choice: Choice
    code: str
    facts: tuple[Gap, ...] = ()
    price: int = 0
    could_fill: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """All steps for one property, in the order of asking."""

    gaps: tuple[Gap, ...]
    steps: tuple[Step, ...]

    @property
    def asks(self) -> list[Step]:
        """The steps to take now."""
        return [step for step in self.steps if step.choice is Choice.ASK]

    @property
    def perhaps(self) -> list[Step]:
        """The steps to take if others answer without what is missing."""
        return [step for step in self.steps if step.choice is Choice.PERHAPS]

    @property
    def cost(self) -> int:
        """Micro-dollars that the steps to take now cost when each is answered."""
        return sum(step.price for step in self.asks)

    @property
    def cost_at_most(self) -> int:
        """Micro-dollars if every answer comes without what was hoped for."""
        return self.cost + sum(step.price for step in self.perhaps)


@dataclass(frozen=True)
class Offer:
    """A source as the planner sees it; `barred` says why nobody may ask it (policy, no key)."""

    spec: ConnectorSpec
    price: int
    refuses: Callable[[LookupRequest], str | None] | None = None
    narrows: Callable[[LookupRequest], frozenset[str]] | None = None
    barred: str | None = None

    @classmethod
    def of(cls, connector: Connector, price: int, barred: str | None = None) -> "Offer":
        """Return what `connector` offers; one with a method `fills` says by request what it can hold."""
        return cls(connector.spec, price, connector.refusal, getattr(connector, "fills", None), barred)

    def fills(self, request: LookupRequest) -> frozenset[str]:
        """Return the facts that an answer about this property can hold."""
        return self.narrows(request) if self.narrows else self.spec.fills


@dataclass
class _Sight:
    """One property as it stands: its gaps and what became of each source so far."""

    state: PropertyState
    limits: Limits
    gaps: Mapping[str, Gap]
    offers: tuple[Offer, ...]
    told_all: dict[str, set[str]] = field(default_factory=dict)

    def useful(self, offer: Offer) -> frozenset[str]:
        """Return the gaps that the source may fill; a due one only if it is free."""
        wanted = {name for name, gap in self.gaps.items() if not (gap.due and offer.price)}
        return offer.fills(self.state.request) & wanted - self.told_all.get(offer.spec.provider, set())

    def is_fresh(self, offer: Offer) -> bool:
        """Tell whether the answer at hand need not be asked for again."""
        source, landed = offer.spec.source, self.state.landed.get(offer.spec.source)
        if source in self.state.asked:
            return landed is not None and source not in self.state.not_found
        if landed is None or self.limits.force:
            return False
        max_age = offer.spec.max_age if landed.facts else offer.spec.unusable_max_age
        return self.limits.now - landed.fetched_at < max_age

    def is_unknown_to(self, offer: Offer) -> bool:
        """Tell whether the source said lately that it knows no such property."""
        source = offer.spec.source
        return source in self.state.not_found and (not self.limits.force or source in self.state.asked)


def plan(state: PropertyState, offers: Iterable[Offer], limits: Limits, purse: Mapping[str, int] | None = None) -> Plan:
    """Plan one property. `purse` has the micro-dollars left by provider; without it, money is no object."""
    sight = _Sight(state, limits, gaps_of(state, limits), tuple(offers))
    for offer in sight.offers:
        if sight.is_fresh(offer) or sight.is_unknown_to(offer):
            sight.told_all.setdefault(offer.spec.provider, set()).update(offer.fills(state.request))
    free = [_step(sight, offer) for offer in sight.offers if not offer.price]
    pending = {gap.fact for step in free if step.choice is Choice.ASK for gap in step.facts}
    paid = _paid(sight, pending, purse)
    return Plan(tuple(gap for gap in sight.gaps.values() if not gap.due), (*free, *paid))


def _step(sight: _Sight, offer: Offer) -> Step:
    """Return the step for a source regardless of others: whether it is to be asked, or why not."""
    state, source = sight.state, offer.spec.source
    if sight.is_fresh(offer):
        return _named(offer, Choice.KEEP, "fresh")
    if source in state.failed:
        return _named(offer, Choice.SKIP, str(state.failed[source].kind))
    if not offer.spec.fills & sight.gaps.keys():
        return _named(offer, Choice.SKIP, COMPLETE)
    reason = offer.barred or state.refused.get(source) or _refusal(sight, offer)
    if reason:
        return _named(offer, Choice.SKIP, reason)
    useful = sight.useful(offer)
    if not useful:
        return _named(offer, Choice.SKIP, EXHAUSTED if sight.told_all.get(offer.spec.provider) else COMPLETE)
    return _named(offer, Choice.ASK, "asked", [gap for name, gap in sight.gaps.items() if name in useful])


def _refusal(sight: _Sight, offer: Offer) -> str | None:
    if sight.is_unknown_to(offer):
        return NOT_FOUND
    return offer.refuses(sight.state.request) if offer.refuses else None


def _named(offer: Offer, choice: Choice, code: str, facts: Iterable[Gap] = ()) -> Step:
    spec = offer.spec
    return Step(spec.source, spec.provider, spec.label, choice, code, tuple(facts), offer.price, spec.fills)


def _paid(sight: _Sight, pending: set[str], purse: Mapping[str, int] | None) -> list[Step]:
    """Return the steps of the paid sources; `pending` are facts that a free one is about to be asked for."""
    offers = {offer.spec.source: offer for offer in sight.offers if offer.price}
    steps = {source: _step(sight, offer) for source, offer in offers.items()}
    askable = {source for source, step in steps.items() if step.choice is Choice.ASK}
    bids = {source: _bid(sight, offers[source]) for source in askable}
    wished = best([_without(bid, pending) for bid in bids.values()])
    chosen = best([_without(bid, pending) for bid in bids.values()], purse)
    later = _fallbacks(bids.values(), purse, chosen)
    for source in askable:
        code, choice = _verdict(sight, bids[source], wished, chosen, later, offers[source])
        named = bids[source].fills - (pending if choice is Choice.ASK else set())
        facts = [gap for gap in steps[source].facts if gap.fact in named]
        steps[source] = _named(offers[source], choice, code, facts if choice is not Choice.SKIP else ())
    return list(steps.values())


def _bid(sight: _Sight, offer: Offer) -> Bid:
    """Return what the source bids: facts that wait for a source which costs no more and is down are not for sale."""
    useful = sight.useful(offer)
    required = {name for name in useful if sight.gaps[name].required} - _awaited(sight, offer).keys()
    extras = useful - required
    return Bid(offer.spec.source, offer.spec.provider, offer.price, frozenset(required), frozenset(extras))


def _awaited(sight: _Sight, offer: Offer) -> dict[str, str]:
    """Return the facts for which a source that is down, and costs no more, is waited for: fact to source, by name."""
    waiting: dict[str, str] = {}
    for other in sorted(sight.offers, key=lambda each: each.spec.source):
        error = sight.state.failed.get(other.spec.source)
        if other is offer or error is None or error.fallback or other.price > offer.price:
            continue
        waiting = dict.fromkeys(other.fills(sight.state.request), other.spec.source) | waiting
    return waiting


def _without(bid: Bid, pending: set[str]) -> Bid:
    return Bid(bid.source, bid.provider, bid.price, bid.fills - pending, bid.extras)


def _fallbacks(bids: Iterable[Bid], purse: Mapping[str, int] | None, chosen: Iterable[Bid]) -> set[str]:
    """Return who would be bought if nobody answered with what was hoped for: first the best, then who is left."""
    left, later = {bid.source: bid for bid in bids}, set[str]()
    money = None if purse is None else dict(purse)
    taken = [left[bid.source] for bid in chosen]
    while left:
        for bid in taken:
            if money is not None:
                money[bid.provider] = money.get(bid.provider, 0) - bid.price
            del left[bid.source]
            left = {name: _after(other, bid) for name, other in left.items()}
        taken = list(best([bid for bid in left.values() if bid.fills], money))
        if not taken:
            break
        later |= {bid.source for bid in taken}
        taken = [left[bid.source] for bid in taken]
    return later


def _after(bid: Bid, answered: Bid) -> Bid:
    """Return what is left of a bid once another dataset of its provider has answered."""
    if bid.provider != answered.provider:
        return bid
    return Bid(bid.source, bid.provider, bid.price, bid.fills - answered.fills, bid.extras)


def _verdict(
    sight: _Sight, bid: Bid, wished: tuple[Bid, ...], chosen: tuple[Bid, ...], later: set[str], offer: Offer
) -> tuple[str, Choice]:
    source = bid.source
    if any(each.source == source for each in chosen):
        return "asked", Choice.ASK
    if any(each.source == source for each in wished):
        return OVER_BUDGET, Choice.SKIP
    if source in later:
        return "fallback", Choice.PERHAPS
    if bid.fills:
        return NOT_NEEDED, Choice.SKIP
    required = {name for name in sight.useful(offer) if sight.gaps[name].required}
    waiting = [other for name, other in _awaited(sight, offer).items() if name in required]
    return (f"waits_for_{min(waiting)}", Choice.SKIP) if waiting else (COMPLETE, Choice.SKIP)
