"""What the pipeline asks before it uses a source: decided and recorded in the caller's open transaction.

A refusal is a value, never an exception: the caller commits it together with what it does instead.
"""

from dataclasses import dataclass
from uuid import UUID

from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection
from reos.policy import audit
from reos.policy.kernel import Decision, decide
from reos.policy.questions import Action, Principal, Resource
from reos.policy.source_terms import terms_of


@dataclass(frozen=True)
class Asked:
    """A decision as recorded."""

    decision_id: UUID
    decision: Decision

    @property
    def allow(self) -> bool:
        """The verdict."""
        return self.decision.allow

    @property
    def rule(self) -> str:
        """The rule that decided, or `default-deny`."""
        return self.decision.rule


def fetch(
    conn: Connection,
    tenant_id: UUID,
    source: str,
    licence: str,
    *,
    clock: Clock,
    service: str = "enrichment",
    make_id: NewId = new_id,
) -> Asked:
    """Decide whether the service may ask `source`, which its connector says is under `licence`."""
    resource = Resource("Source", tenant_id, source, {"licence": licence})
    decision = decide(Principal(service, tenant_id), Action.SOURCES_FETCH, resource, {})
    return _recorded(conn, decision, clock, make_id)


def use(
    conn: Connection,
    tenant_id: UUID,
    source: str,
    purpose: str,
    *,
    clock: Clock,
    age_days: int | None = None,
    principal: Principal | None = None,
    make_id: NewId = new_id,
) -> Asked:
    """Decide whether what `source` said `age_days` ago may serve `purpose` (`source_terms.PURPOSES`).

    The asker is the service `enrichment` unless a `principal` of the tenant is given.
    """
    who = principal or Principal("enrichment", tenant_id)
    context = {"purpose": purpose} | ({} if age_days is None else {"age_days": age_days})
    decision = decide(who, Action.SOURCES_USE, terms_of(source).resource(tenant_id), context)
    return _recorded(conn, decision, clock, make_id)


def _recorded(conn: Connection, decision: Decision, clock: Clock, make_id: NewId) -> Asked:
    return Asked(audit.record(conn, decision, clock=clock, make_id=make_id), decision)
