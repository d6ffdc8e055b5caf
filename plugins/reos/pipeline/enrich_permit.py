"""The policy kernel's word on using a source, asked once a run and tenant, and recorded before anybody is called."""

from uuid import UUID

from reos.connectors.contract import ConnectorSpec
from reos.core.clock import Clock
from reos.core.ids import NewId
from reos.db.connection import Connection
from reos.policy import permits


def refusal(
    conn: Connection,
    tenant_id: UUID,
    spec: ConnectorSpec,
    clock: Clock,
    make_id: NewId,
    service: str = "enrichment",
) -> str | None:
    """Decide in the open transaction whether the service may use the source; return the refusing rule, or None."""
    asked = permits.fetch(conn, tenant_id, spec.source, spec.licence, clock=clock, service=service, make_id=make_id)
    return None if asked.allow else f"policy_{asked.rule}"
