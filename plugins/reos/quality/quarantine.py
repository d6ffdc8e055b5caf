"""Rows that a gate holds back: how they get into `app.quarantine`, and how a person lets one go.

A row is identified by the suite's keys and, where it has one, the hash of its body: the same row is held back once by
a rule, and one that was released is not held back again by that rule while it is unchanged.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import sql

from reos.core.clock import Clock
from reos.core.errors import NotFoundError
from reos.db.connection import Connection, tenant_transaction
from reos.quality.suite import Rule, Suite

# GX gives the failing rows as a query that returns the key columns.
_HOLD = """
insert into app.quarantine (tenant_id, quarantine_id, batch_id, suite, rule, severity, property_id, row_data, reason)
select r.tenant_id, gen_random_uuid(), {batch_id}, {suite}, {rule}, {severity}, r.property_id, r.row_data, {reason}
  from (
    select distinct on ({keys}) s.tenant_id, s.property_id, jsonb_build_object({pairs}) as row_data
      from ({failing}) as f
      join {relation} as s on {same}
     order by {keys}
  ) as r
 where not exists (
    select from app.quarantine as q
     where q.tenant_id = r.tenant_id and q.property_id = r.property_id and q.suite = {suite} and q.rule = {rule}
       and q.row_data = r.row_data
 )
"""


def hold(conn: Connection, suite: Suite, rule: Rule, failing_query: str, batch_id: str) -> int:
    """Put the rows of `failing_query` (SQL by GX, returning `suite.keys`) in quarantine and return how many are new.

    `conn` is a connection of `reos_quality` in the caller's transaction.
    """
    statement = sql.SQL(_HOLD).format(
        batch_id=sql.Literal(batch_id),
        suite=sql.Literal(suite.name),
        rule=sql.Literal(rule.name),
        severity=sql.Literal(rule.severity),
        reason=sql.Literal(f"{rule.why} Rule: {rule.name} {json.dumps(dict(rule.kwargs), sort_keys=True)}."),
        keys=_columns(suite.keys),
        pairs=sql.SQL(", ").join(_pair(column) for column in suite.row_columns),
        failing=sql.SQL(failing_query.rstrip().rstrip(";")),  # written by GX, not by a user
        relation=sql.Identifier(suite.schema, suite.table),
        same=sql.SQL(" and ").join(_same(column) for column in suite.keys),
    )
    return conn.execute(statement).rowcount


def release(conn: Connection, tenant_id: UUID, quarantine_id: UUID, *, requeue: str, clock: Clock) -> None:
    """Let a held row go and queue its property for the model `requeue` (the suite's `meta.requeue`).

    `conn` is a connection of `reos_quality` or `reos_pipeline`. Raises `NotFoundError` when the tenant has no such row
    or it was released before.
    """
    with tenant_transaction(conn, tenant_id):
        property_id = _mark_released(conn, tenant_id, quarantine_id, clock.now())
        conn.execute(
            "insert into app.dirty_property (model, tenant_id, property_id) values (%s, %s, %s)",
            (requeue, tenant_id, property_id),
        )


def _mark_released(conn: Connection, tenant_id: UUID, quarantine_id: UUID, at: datetime) -> UUID:
    row = conn.execute(
        """
        update app.quarantine set released_at = %s
         where tenant_id = %s and quarantine_id = %s and released_at is null
        returning property_id
        """,
        (at, tenant_id, quarantine_id),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"No row {quarantine_id} is held in quarantine.", remedy="It may have been released.")
    return UUID(str(row["property_id"]))


def _columns(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier("s", name) for name in names)


def _pair(name: str) -> sql.Composed:
    return sql.SQL("{}, {}").format(sql.Literal(name), sql.Identifier("s", name))


def _same(name: str) -> sql.Composed:
    return sql.SQL("{} = {}").format(sql.Identifier("f", name), sql.Identifier("s", name))
