"""What enriching the properties of a staged file would cost: the enrichment plan asked about groups, not properties.

Properties of which the same is known are one group, represented by one of them; the plan decides for it whether a
source would be asked. The cost is an upper bound: a paid source is asked only for what the free ones leave missing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reos.connectors.contract import Connector, LookupRequest
from reos.connectors.registry import SPECS
from reos.core.clock import Clock
from reos.pipeline.enrich_plan import Terms, to_ask
from reos.pipeline.enrich_state import PropertyState

_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class SourceCost:
    """What one source would be asked: how many properties, at which price each; `note` says why it is left out."""

    provider: str
    dataset: str
    properties: int
    unit_microusd: int
    cost_microusd: int
    note: str = ""


def estimate(
    groups: Iterable[Mapping[str, Any]], connectors: Mapping[str, Connector], clock: Clock
) -> list[SourceCost]:
    """Return a line for each source that exists; `groups` have `properties`, `facts` and the fields of a request."""
    states = [(int(group["properties"]), _state(group)) for group in groups]
    lines = []
    for provider, spec in SPECS.items():
        now = clock.now()
        price = spec.price(now.date())
        connector = connectors.get(provider)
        if connector is None:
            lines.append(SourceCost(provider, spec.dataset, 0, price, 0, "not configured"))
            continue
        terms = Terms(now, paid=price > 0)
        asked = sum(size for size, state in states if to_ask([state], connector, terms))
        lines.append(SourceCost(provider, spec.dataset, asked, price, asked * price))
    return lines


def _state(group: Mapping[str, Any]) -> PropertyState:
    fields = ("county_fips", "apn", "address_line", "city", "state", "zip5")
    request = LookupRequest(_NOBODY, **{name: group[name] for name in fields})
    return PropertyState(request, "discovered", imported=frozenset(group["facts"]))
