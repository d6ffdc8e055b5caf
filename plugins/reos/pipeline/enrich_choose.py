"""The cheapest combination of paid sources: an exact search over the few there are, the same answer every time.

Better is, in this order: more required facts filled, less money, more other wanted facts that come along, fewer
sources, the earlier name. What the purse cannot pay is passed over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

_MOST = 12  # 4,095 combinations; what another dataset of its provider outdoes is out before that


@dataclass(frozen=True, order=True)
class Bid:
    """What one paid source could fill of a property's missing required facts, and at which price in micro-dollars.

    `extras` are the missing facts that are not worth paying for by themselves.
    """

    source: str
    provider: str
    price: int
    fills: frozenset[str]
    extras: frozenset[str] = frozenset()


def best(bids: Sequence[Bid], purse: Mapping[str, int] | None = None) -> tuple[Bid, ...]:
    """Return the best combination that `purse` (micro-dollars left by provider) pays; empty when there is none.

    Without a purse money is no object.
    """
    ranked = _ranked(tuple(sorted(bids, key=_key)))
    if purse is None:
        return ranked[0] if ranked else ()
    return next((chosen for chosen in ranked if _is_affordable(chosen, purse)), ())


@lru_cache(maxsize=4096)
def _ranked(bids: tuple[Bid, ...]) -> tuple[tuple[Bid, ...], ...]:
    """Return all combinations, the best first."""
    useful = [bid for bid in bids if bid.fills]
    kept = [bid for bid in useful if not any(_outdoes(other, bid) for other in useful)]
    kept = sorted(kept, key=lambda bid: (bid.price, bid.source))[:_MOST]
    found = [chosen for size in range(1, len(kept) + 1) for chosen in combinations(kept, size)]
    return tuple(sorted(found, key=_rank))


def _rank(chosen: tuple[Bid, ...]) -> tuple[int, int, int, int, tuple[str, ...]]:
    facts = frozenset[str]().union(*(bid.fills for bid in chosen))
    extras = frozenset[str]().union(*(bid.extras for bid in chosen))
    cost = sum(bid.price for bid in chosen)
    return -len(facts), cost, -len(extras), len(chosen), tuple(sorted(bid.source for bid in chosen))


def _outdoes(one: Bid, other: Bid) -> bool:
    """Tell whether `one` is never worse than `other` of the same provider; of equals the earlier name wins."""
    if one.provider != other.provider or one.source == other.source:
        return False
    gives = (one.price <= other.price, one.fills >= other.fills, one.extras >= other.extras)
    same = (one.price, one.fills, one.extras) == (other.price, other.fills, other.extras)
    return all(gives) and (not same or one.source < other.source)


def _is_affordable(chosen: tuple[Bid, ...], purse: Mapping[str, int]) -> bool:
    needed: dict[str, int] = {}
    for bid in chosen:
        needed[bid.provider] = needed.get(bid.provider, 0) + bid.price
    return all(purse.get(provider, 0) >= amount for provider, amount in needed.items())


def _key(bid: Bid) -> str:
    return bid.source
