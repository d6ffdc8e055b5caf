"""The memory of the policy kernel: every decision becomes a row of `app.policy_decision`, which is append-only.

The texts of the rules are kept beside it, once a version (`app.policy_version`), so that a decision can be replayed
long after the rules have changed.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg.types.json import Jsonb

from reos.core import metrics
from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection
from reos.policy.kernel import Decision, current_rules

_INSERT = """
insert into app.policy_decision (tenant_id, decision_id, principal, action, resource, context, allow, policy_ids,
                                 reasons, policy_version, inputs_hash, decided_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_KNOWN = "select from app.policy_version where version = %s"
_KEEP = "insert into app.policy_version (version, files, first_seen) values (%s, %s, %s) on conflict do nothing"


def record(conn: Connection, decision: Decision, *, clock: Clock, make_id: NewId = new_id) -> UUID:
    """Store and count `decision` in the caller's open transaction, under the principal's tenant; return its id."""
    metrics.increment("reos_policy_decisions_total", action=decision.action, allow=str(decision.allow).lower())
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
    if rows:
        _keep_rules(conn, clock)
    with conn.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
    return ids


def _keep_rules(conn: Connection, clock: Clock) -> None:
    """Keep the rules in force if the database does not have them yet; a decision under other rules cannot be stored."""
    rules = current_rules()
    if conn.execute(_KNOWN, (rules.version,)).fetchone() is None:
        files: Mapping[str, str] = rules.files
        conn.execute(_KEEP, (rules.version, Jsonb(files), clock.now()))
