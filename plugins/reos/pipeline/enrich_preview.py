"""What enriching properties now would do and cost: the plan of a run, with nobody asked and nothing written.

Each property's plan says what is sure (`ask`), what may follow if answers come without what is missing (`perhaps`), and
why other sources are left out. The cost at most counts both.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import SecretStr

from reos.connectors import registry
from reos.connectors.contract import Connector
from reos.connectors.errors import ErrorKind, error_of
from reos.core.clock import Clock
from reos.core.errors import InvalidInputError
from reos.core.settings import Settings
from reos.db.connection import Connection, tenant_transaction
from reos.pipeline.enrich_fetch import Sources
from reos.pipeline.enrich_gaps import Gap
from reos.pipeline.enrich_offers import limits, offers, plan_all, purse_of
from reos.pipeline.enrich_plan import Choice, Offer, Plan
from reos.pipeline.enrich_reason import reason
from reos.pipeline.enrich_state import PropertyState, load_states
from reos.policy import kernel
from reos.policy.questions import Action, Principal, Resource

MOST_PROPERTIES = 500

_STATUS = "select source, configured from app.source_status"
_DOWN = """
select provider, scope, last_error_kind from app.provider_health
 where state <> 'closed' and retry_at > %s and last_error_kind is not null
"""


@dataclass(frozen=True)
class PlannedStep:
    """What is done with one source; `reason` is one sentence, `code` the same for machines."""

    source: str
    provider: str
    choice: str
    facts: tuple[str, ...]
    price_microusd: int
    code: str
    reason: str


@dataclass(frozen=True)
class PropertyPlan:
    """One property: what is missing or too old, and the steps in the order of asking."""

    property_id: UUID
    gaps: tuple[Gap, ...]
    steps: tuple[PlannedStep, ...]
    cost_microusd: int
    cost_at_most_microusd: int


@dataclass
class SourceForecast:
    """One source over all properties; `budget_left_microusd` is None where nothing is paid."""

    source: str
    provider: str
    dataset: str
    label: str
    price_microusd: int
    budget_left_microusd: int | None
    asks: int = 0
    asks_at_most: int = 0
    skipped: dict[str, int] = field(default_factory=dict)

    @property
    def cost_microusd(self) -> int:
        """What is sure to be spent when each question is answered."""
        return self.asks * self.price_microusd

    @property
    def cost_at_most_microusd(self) -> int:
        """What is spent if every answer comes without what was hoped for, within the budget."""
        most = self.asks_at_most * self.price_microusd
        return most if self.budget_left_microusd is None else min(most, self.budget_left_microusd)


@dataclass(frozen=True)
class PlanPreview:
    """The plans of `properties`; `unknown` are not this tenant's, deleted, or merged into others."""

    properties: int
    unknown: tuple[UUID, ...]
    cost_microusd: int
    cost_at_most_microusd: int
    sources: tuple[SourceForecast, ...]
    plans: tuple[PropertyPlan, ...]


def preview(
    conn: Connection,
    tenant_id: UUID,
    property_ids: Sequence[UUID],
    *,
    settings: Settings,
    clock: Clock,
    force: bool = False,
    connectors: Mapping[str, Connector] | None = None,
) -> PlanPreview:
    """Return what a run would do with the properties now; `conn` is an idle connection of reos_app or reos_pipeline.

    Without `connectors` the sources are those that this installation has keys for, also in a process that holds none.
    Raises `InvalidInputError` for more than 500 properties.
    """
    ids = list(dict.fromkeys(property_ids))
    if len(ids) > MOST_PROPERTIES:
        raise InvalidInputError(f"{len(ids)} properties are too many.", remedy=f"Ask for {MOST_PROPERTIES} at most.")
    with tenant_transaction(conn, tenant_id), _connected(conn, settings, clock, connectors) as connected:
        now = clock.now()
        found = load_states(conn, tenant_id, ids, connected, now)
        states = {property_id: found[property_id] for property_id in ids if property_id in found}
        offered = offers(connected, now, _policy(tenant_id, connected))
        _note_down(conn, states, connected, clock)
        purse = purse_of(conn, tenant_id, offered, now)
    plans = plan_all(states, offered, limits(now, force=force), purse)
    return PlanPreview(
        properties=len(plans),
        unknown=tuple(property_id for property_id in ids if property_id not in states),
        cost_microusd=sum(each.cost for each in plans.values()),
        cost_at_most_microusd=_at_most(plans, purse),
        sources=tuple(_forecasts(offered, plans, purse)),
        plans=tuple(_property(property_id, each) for property_id, each in plans.items()),
    )


@contextmanager
def _connected(
    conn: Connection, settings: Settings, clock: Clock, given: Mapping[str, Connector] | None
) -> Iterator[Mapping[str, Connector]]:
    """Yield the configured connectors, which are never asked here: those without a key in this process get a blank."""
    if given is not None:
        yield given
        return
    told = {row["source"]: row["configured"] for row in conn.execute(_STATUS)}
    keys = [name for name in type(settings).model_fields if name.endswith(("_api_key", "_token"))]
    blanks = {name: SecretStr("not-here") for name in keys if getattr(settings, name) is None}
    with Sources(settings, clock, connect=registry.connectors) as own:
        here = own.connectors
    with Sources(settings.model_copy(update=blanks), clock, connect=registry.connectors) as all_of_them:
        yield {name: each for name, each in all_of_them.connectors.items() if told.get(name, name in here)}


def _policy(tenant_id: UUID, connected: Mapping[str, Connector]) -> Callable[[str], str | None]:
    def barred(source: str) -> str | None:
        resource = Resource("Source", tenant_id, source, {"licence": connected[source].spec.licence})
        decision = kernel.decide(Principal("enrichment", tenant_id), Action.SOURCES_FETCH, resource, {})
        return None if decision.allow else f"policy_{decision.rule}"

    return barred


def _note_down(
    conn: Connection, states: Mapping[UUID, PropertyState], connected: Mapping[str, Connector], clock: Clock
) -> None:
    """Note, as a run would find out, which sources are down for which properties."""
    down = {(row["provider"], row["scope"]): row["last_error_kind"] for row in conn.execute(_DOWN, (clock.now(),))}
    for state in states.values() if down else ():
        for source, connector in connected.items():
            provider = connector.spec.provider
            kind = down.get((provider, "")) or down.get((provider, state.request.county_fips or ""))
            if kind:
                state.failed[source] = error_of(ErrorKind(kind), f"{connector.spec.label} is down.", provider=provider)


def _at_most(plans: Mapping[UUID, Plan], purse: Mapping[str, int]) -> int:
    """Return what all plans together can cost: each provider's steps, and no more than its budget has left."""
    cost: dict[str, int] = {}
    for each in plans.values():
        for step in (*each.asks, *each.perhaps):
            cost[step.provider] = cost.get(step.provider, 0) + step.price
    return sum(min(amount, purse.get(provider, 0)) for provider, amount in cost.items())


def _forecasts(
    offered: Sequence[Offer], plans: Mapping[UUID, Plan], purse: Mapping[str, int]
) -> Iterator[SourceForecast]:
    for offer in offered:
        spec = offer.spec
        left = purse.get(spec.provider, 0) if offer.price else None
        forecast = SourceForecast(spec.source, spec.provider, spec.dataset, spec.label, offer.price, left)
        for each in plans.values():
            for step in each.steps:
                if step.source == spec.source:
                    forecast.asks += step.choice is Choice.ASK
                    forecast.asks_at_most += step.choice in {Choice.ASK, Choice.PERHAPS}
                    if step.choice is Choice.SKIP:
                        forecast.skipped[step.code] = forecast.skipped.get(step.code, 0) + 1
        yield forecast


def _property(property_id: UUID, made: Plan) -> PropertyPlan:
    steps = tuple(
        PlannedStep(
            *(step.source, step.provider, str(step.choice), tuple(gap.fact for gap in step.facts)),
            *(step.price, step.code, reason(step)),
        )
        for step in made.steps
    )
    return PropertyPlan(property_id, made.gaps, steps, made.cost, made.cost_at_most)
