"""The memory of the policy kernel: every decision becomes a row of `app.policy_decision`, which is append-only."""

from collections.abc import Sequence
from uuid import UUID

from psycopg.types.json import Jsonb

from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection
from reos.policy.kernel import Decision

_INSERT = """
insert into app.policy_decision (tenant_id, decision_id, principal, action, resource, context, allow, policy_ids,
                                 reasons, policy_version, inputs_hash, decided_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(conn: Connection, decision: Decision, *, clock: Clock, make_id: NewId = new_id) -> UUID:
    """Store `decision` in the caller's open transaction, under the principal's tenant, and return its id."""
    return record_all(conn, [decision], clock=clock, make_id=make_id)[0]


def record_all(conn: Connection, decisions: Sequence[Decision], *, clock: Clock, make_id: NewId = new_id) -> list[UUID]:
    """Store several decisions of one tenant in the caller's open transaction and return their ids in order."""
    ids = [make_id() for _ in decisions]
    now = clock.now()
    rows = [
        (
            *(decision.principal.tenant_id, decision_id, Jsonb(decision.inputs["principal"]), str(decision.action)),
            *(Jsonb(decision.inputs["resource"]), Jsonb(decision.inputs["context"]), decision.allow),
            *(list(decision.policy_ids), list(decision.reasons), decision.policy_version, decision.inputs_hash, now),
        )
        for decision, decision_id in zip(decisions, ids, strict=True)
    ]
    with conn.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
    return ids
