"""Landing: provider records into their `raw` table and calls into the ledger, a batch in a few statements.

Rows are copied into a temporary table (COPY into a table under row-level security is refused) and then inserted in
one statement that leaves unchanged rows alone: landing an answer twice writes nothing and queues nothing.
"""

import json
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from psycopg import sql

from reos.connectors.contract import ConnectorSpec, ProviderCall, Record
from reos.core import metrics
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection

_COLUMNS = (
    "tenant_id",
    "property_id",
    "logical_date",
    "fetched_at",
    "request_hash",
    "http_status",
    "cost_microusd",
    "licence",
    "body",
    "body_sha256",
)
_KEY = ("tenant_id", "property_id", "logical_date")
_CALL_COLUMNS = (
    "tenant_id",
    "call_id",
    "provider",
    "dataset",
    "property_id",
    "request_hash",
    "http_status",
    "outcome",
    "records",
    "cost_microusd",
    "latency_ms",
    "called_at",
    "error",
)
_CREATE = sql.SQL("create temporary table _landing on commit drop as select {columns} from {table} with no data")
_COPY = sql.SQL("copy _landing ({columns}) from stdin")
_MERGE = sql.SQL("""
insert into {table} as t ({columns})
select {columns} from _landing order by property_id
    on conflict ({key}) do update set {assignments}
 where t.body_sha256 is distinct from excluded.body_sha256
""")


def land(conn: Connection, tenant_id: UUID, spec: ConnectorSpec, records: Sequence[Record], day: date) -> int:
    """Write `records` (one a property) under the logical date `day` in the open transaction; return the rows written.

    A row of the same property and date is replaced when its body differs, else left as it is.
    """
    if not records:
        return 0
    names = (*_COLUMNS, *spec.extra_columns)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    table = sql.Identifier("raw", spec.raw_table)
    conn.execute(_CREATE.format(columns=columns, table=table))
    with conn.cursor() as cursor, cursor.copy(_COPY.format(columns=columns)) as copy:
        for record in records:
            extra = (record.extra[name] for name in spec.extra_columns)
            copy.write_row((tenant_id, *_row(spec, record, day), *extra))
    changed = (name for name in names if name not in _KEY)
    assignments = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in changed)
    key = sql.SQL(", ").join(map(sql.Identifier, _KEY))
    written = conn.execute(_MERGE.format(table=table, columns=columns, key=key, assignments=assignments)).rowcount
    conn.execute("drop table _landing")
    return written


def record_calls(conn: Connection, tenant_id: UUID, calls: Sequence[ProviderCall], *, new_id: NewId = new_id) -> None:
    """Append `calls` to `app.provider_call` in the open transaction, and count them."""
    marks = sql.SQL(", ").join(sql.Placeholder() * len(_CALL_COLUMNS))
    columns = sql.SQL(", ").join(map(sql.Identifier, _CALL_COLUMNS))
    statement = sql.SQL("insert into app.provider_call ({}) values ({})").format(columns, marks)
    rows = [
        (
            *(tenant_id, new_id(), call.provider, call.dataset, call.property_id, call.request_hash),
            *(call.http_status, call.outcome, call.records, call.cost, call.latency_ms, call.called_at, call.error),
        )
        for call in calls
    ]
    with conn.cursor() as cursor:
        cursor.executemany(statement, rows)
    for call in calls:
        metrics.increment("reos_provider_calls_total", provider=call.provider, outcome=call.outcome)
        metrics.observe("reos_provider_call_seconds", call.latency_ms / 1000, provider=call.provider)


def _row(spec: ConnectorSpec, record: Record, day: date) -> tuple[object, ...]:
    body = json.dumps(record.body, ensure_ascii=False, separators=(",", ":"))
    return (
        *(record.property_id, day, record.fetched_at, record.request_hash, record.http_status, record.cost),
        *(spec.licence, body, record.body_sha256),
    )
