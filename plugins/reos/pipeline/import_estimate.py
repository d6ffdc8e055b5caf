"""What enriching the properties of a staged file would cost: the enrichment plan asked about groups, not properties.

Properties of which the same is known are one group, represented by one of them. The cost is an upper bound: it counts
every source that would be asked if those before it answered without what is missing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reos.connectors.contract import Connector, LookupRequest
from reos.connectors.registry import SPECS
from reos.core.clock import Clock
from reos.pipeline.enrich_offers import limits, offers
from reos.pipeline.enrich_plan import Choice, plan
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
    now = clock.now()
    offered, limit = offers(connectors, now), limits(now)
    asked = dict.fromkeys(SPECS, 0)
    for group in groups:
        for step in plan(_state(group, now), offered, limit).steps:
            if step.choice in {Choice.ASK, Choice.PERHAPS}:
                asked[step.source] += int(group["properties"])
    return [_line(source, asked[source], source in connectors, clock) for source in SPECS]


def _line(source: str, asked: int, configured: bool, clock: Clock) -> SourceCost:  # noqa: FBT001 - one caller
    spec = SPECS[source]
    price = spec.price(clock.now().date())
    note = "" if configured else "not configured"
    return SourceCost(spec.provider, spec.dataset, asked, price, asked * price, note)


def _state(group: Mapping[str, Any], now: datetime) -> PropertyState:
    fields = ("county_fips", "apn", "address_line", "city", "state", "zip5")
    request = LookupRequest(_NOBODY, **{name: group[name] for name in fields})
    return PropertyState(request, "discovered", imported=dict.fromkeys(group["facts"], now))
