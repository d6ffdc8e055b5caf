"""Properties whose paid look-up a budget refused: they wait aside, and come back when it admits records again.

They wait in a queue of their own (`app.dirty_property`), one a provider, so that a sweep with an empty budget does not
look at them. No more come back at once than the budget pays for; who is refused again waits again.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from reos.connectors.registry import SPECS
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


def wait_for_budget(conn: Connection, tenant_id: UUID, states: Iterable[PropertyState]) -> None:
    """Queue, in the open transaction, what a budget refused; what failed elsewhere is tried again anyway."""
    refused = [state for state in states if not state.failed]
    for provider in SPECS:
        waiting = [each.property_id for each in refused if each.skipped.get(provider) in budgets.REFUSALS]
        queue_of(provider).add(conn, ((tenant_id, property_id) for property_id in waiting))


def recall(conn: Connection, *, at: datetime) -> int:
    """Queue for enrichment as many of those who wait as their budgets pay for at `at`; return how many."""
    recalled = 0
    for provider, spec in SPECS.items():
        price = spec.price(at.date())
        for tenant_id in queue_of(provider).waiting(conn) if price else ():
            with transaction(conn):
                units = budgets.units_left(conn, tenant_id, provider, price, at=at)
                values = {"waiting": queue_of(provider).stage, "stage": ENRICHMENT.stage, "tenant_id": tenant_id}
                recalled += conn.execute(_BACK, {**values, "units": units}).rowcount if units else 0
    return recalled
