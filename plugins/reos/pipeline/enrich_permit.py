"""The policy kernel's word on using a source, asked once a run and tenant, and recorded before anybody is called."""

from uuid import UUID

from reos.connectors.contract import ConnectorSpec
from reos.core.clock import Clock
from reos.core.ids import NewId
from reos.db.connection import Connection
from reos.policy import audit, kernel

_PRINCIPAL = "enrichment"


def refusal(conn: Connection, tenant_id: UUID, spec: ConnectorSpec, clock: Clock, make_id: NewId) -> str | None:
    """Decide in the open transaction whether enrichment may use the source; return the refusing rule, or None."""
    decision = kernel.decide(
        kernel.Principal(_PRINCIPAL, tenant_id),
        kernel.Action.SOURCES_FETCH,
        kernel.Resource("Source", tenant_id, spec.provider, {"licence": spec.licence}),
        {},
    )
    audit.record(conn, decision, clock=clock, make_id=make_id)
    return None if decision.allow else f"policy_{(decision.policy_ids or ('default-deny',))[0]}"
