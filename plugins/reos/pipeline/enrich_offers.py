"""What the sources offer a tenant, and how much money is left for them: the planner's view of the world."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from reos.connectors.contract import Connector
from reos.connectors.registry import SPECS
from reos.core.money import MicroUsd
from reos.db.connection import Connection
from reos.pipeline.enrich_facts import wanted_facts
from reos.pipeline.enrich_gaps import Limits
from reos.pipeline.enrich_plan import Offer, Plan, plan
from reos.pipeline.enrich_state import PropertyState
from reos.policy import budgets

NOT_CONFIGURED = "not_configured"


def offers(
    connectors: Mapping[str, Connector], now: datetime, barred: Callable[[str], str | None] = lambda _: None
) -> list[Offer]:
    """Return an offer for every source that exists, free ones first; `barred` says why a source may not be asked."""
    found = [_offer(source, connectors.get(source), now, barred) for source in SPECS.keys() | connectors.keys()]
    return sorted(found, key=lambda offer: (offer.price, offer.spec.source))


def limits(now: datetime, *, force: bool = False) -> Limits:
    """Return what counts as too old at `now`, by the product's list of wanted facts."""
    return Limits(now, wanted_facts(), {source: spec.max_age for source, spec in SPECS.items()}, force)


def purse_of(conn: Connection, tenant_id: UUID, offered: Iterable[Offer], at: datetime) -> dict[str, int]:
    """Return the micro-dollars that the tenant's budgets leave for each paid provider, in the open transaction."""
    paid = {offer.spec.provider for offer in offered if offer.price and offer.barred is None}
    return {name: budgets.units_left(conn, tenant_id, name, MicroUsd(1), at=at) for name in sorted(paid)}


def plan_all(
    states: Mapping[UUID, PropertyState], offered: Iterable[Offer], limit: Limits, purse: Mapping[str, int]
) -> dict[UUID, Plan]:
    """Plan the properties one after the other; what one takes out of the purse is gone for the next."""
    left, offered, plans = dict(purse), list(offered), {}
    for property_id, state in states.items():
        plans[property_id] = made = plan(state, offered, limit, left)
        for step in made.asks:
            if step.price:
                left[step.provider] -= step.price
    return plans


def _offer(source: str, connector: Connector | None, now: datetime, barred: Callable[[str], str | None]) -> Offer:
    if connector is None:
        return Offer(SPECS[source], SPECS[source].price(now.date()), barred=NOT_CONFIGURED)
    return Offer.of(connector, connector.spec.price(now.date()), barred(source))
