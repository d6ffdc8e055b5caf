"""Rows of a file into `app.import_row`: COPY to a temporary table, for COPY may not enter a table under row security.

A chunk is one transaction: its good rows, its refused rows and the line that it reaches are committed together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
import psycopg
from psycopg import sql

from reos.core.ids import NewId
from reos.db.connection import Connection
from reos.pipeline.lead_files import Row
from reos.pipeline.lead_row import LeadRow, RowError
from reos.property.identity import COLUMNS

_SHOWN_CELL = 200
_NAMES = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
_GOOD = sql.SQL("line, identity, candidate_id, record_key, body, body_sha256, {}").format(_NAMES)
_CREATE = sql.SQL("""
create temporary table if not exists import_copy on commit delete rows as
select {}, null::text as reason, null::jsonb as row_data from app.import_row with no data
""").format(_GOOD)
_COPY = sql.SQL("copy import_copy ({}, reason, row_data) from stdin").format(_GOOD)
_KEEP = sql.SQL("""
insert into app.import_row (tenant_id, batch_id, {good})
select %(tenant_id)s, %(batch_id)s, {good} from import_copy where reason is null
""").format(good=_GOOD)
_REFUSE = """
insert into app.import_rejection (tenant_id, batch_id, line, kind, reason, row_data)
select %(tenant_id)s, %(batch_id)s, line, 'invalid', reason, row_data from import_copy where reason is not null
"""
_ADVANCE = """
update app.import_batch
   set lines_done = %(lines_done)s, rows = rows + %(rows)s, rejected = rejected + %(rejected)s
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
"""
_NOTHING = (None,) * (5 + len(COLUMNS))


class Chunk:
    """Writes rows to the open COPY and counts them."""

    def __init__(
        self, copy: psycopg.Copy, read: Callable[[Sequence[str]], LeadRow], header: Sequence[str], new_id: NewId
    ) -> None:
        self._write = copy.write_row
        self._read = read
        self._header = header
        self._new_id = new_id
        self.rows = 0
        self.line = 0

    def take(self, rows: Iterable[Row]) -> None:
        """Write `rows`: good ones as what they say, others with the reason that keeps them out."""
        read, write, new_id = self._read, self._write, self._new_id
        for row in rows:
            self.rows += 1
            self.line = row.line
            if row.fault is not None:
                self._refuse(row, row.fault)
                continue
            try:
                lead = read(row.cells)
            except RowError as error:
                self._refuse(row, str(error))
                continue
            identity, record_key, body, body_sha256 = lead
            write(
                (
                    *(row.line, identity.key, new_id(), record_key, body, body_sha256),
                    *identity,
                    *(None, None),
                )
            )

    def _refuse(self, row: Row, reason: str) -> None:
        named = dict(zip(self._header, (cell[:_SHOWN_CELL] for cell in row.cells), strict=False))
        self._write((row.line, *_NOTHING, reason, orjson.dumps(named).decode()))


def store(conn: Connection, params: Mapping[str, Any], fill: Callable[[psycopg.Copy], Chunk]) -> Chunk:
    """Stage one chunk in the open transaction; `fill` writes its rows. `params` has tenant_id and batch_id."""
    conn.execute(_CREATE)
    with conn.cursor() as cursor, cursor.copy(_COPY) as copy:
        chunk = fill(copy)
    kept = conn.execute(_KEEP, params).rowcount
    if kept < chunk.rows:
        conn.execute(_REFUSE, params)
    conn.execute(_ADVANCE, {**params, "lines_done": chunk.line, "rows": chunk.rows, "rejected": chunk.rows - kept})
    return chunk
