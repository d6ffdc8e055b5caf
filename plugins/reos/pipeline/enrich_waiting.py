"""Properties whose paid look-up a budget refused: they wait aside, and come back when it admits records again.

They wait in a queue of their own (`app.dirty_property`), one a provider, so that a sweep with an empty budget does not
look at them. No more come back at once than the budget pays for; who is refused again waits again.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from reos.connectors.registry import SPECS
from reos.core.money import MicroUsd
from reos.db.connection import Connection, transaction
from reos.pipeline.enrich_state import PropertyState
from reos.pipeline.work_queue import ENRICHMENT, WorkQueue
from reos.policy import budgets

_BACK = """
with back as (
  delete from app.dirty_property
   where dirty_id in (select dirty_id from app.dirty_property
                       where model = %(waiting)s and tenant_id = %(tenant_id)s order by dirty_id limit %(units)s)
  returning tenant_id, property_id
)
insert into app.dirty_property (model, tenant_id, property_id)
select distinct %(stage)s, b.tenant_id, b.property_id from back b
"""


def queue_of(provider: str) -> WorkQueue:
    """Return the queue of those who wait for money for `provider`."""
    return WorkQueue(f"{ENRICHMENT.stage}:{provider}")


def sources_of_providers() -> dict[str, list[str]]:
    """Return the names of each provider's sources: they share its budget."""
    found: dict[str, list[str]] = {}
    for source, spec in SPECS.items():
        found.setdefault(spec.provider, []).append(source)
    return found


def wait_for_budget(conn: Connection, tenant_id: UUID, states: Iterable[PropertyState]) -> None:
    """Queue, in the open transaction, what a budget refused; what failed elsewhere is tried again anyway."""
    refused = [state for state in states if not state.failed]
    for provider, sources in sources_of_providers().items():
        waiting = [each.property_id for each in refused if _is_refused(each, sources)]
        queue_of(provider).add(conn, ((tenant_id, property_id) for property_id in waiting))


def recall(conn: Connection, *, at: datetime) -> int:
    """Queue for enrichment as many of those who wait as their budgets pay for at `at`; return how many."""
    recalled = 0
    for provider, sources in sources_of_providers().items():
        price = _cheapest(sources, at.date())
        if price is None:
            continue
        for tenant_id in queue_of(provider).waiting(conn):
            with transaction(conn):
                units = budgets.units_left(conn, tenant_id, provider, price, at=at)
                values = {"waiting": queue_of(provider).stage, "stage": ENRICHMENT.stage, "tenant_id": tenant_id}
                recalled += conn.execute(_BACK, {**values, "units": units}).rowcount if units else 0
    return recalled


def _is_refused(state: PropertyState, sources: Iterable[str]) -> bool:
    return any(state.skipped.get(source) in budgets.REFUSALS for source in sources)


def _cheapest(sources: Iterable[str], on: date) -> MicroUsd | None:
    """Return what the cheapest paid record costs; None when all are free."""
    return min((price for source in sources if (price := SPECS[source].price(on))), default=None)
