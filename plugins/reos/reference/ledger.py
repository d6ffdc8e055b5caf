"""The ledger of loads, `app.reference_load`: begin or take up again, note how far it is, end it one way or another.

A load that was cut off is taken up where it stopped when the source still has the same version; otherwise its staged
rows are thrown away. Every step here is a transaction of its own, so that the ledger tells the truth after a crash.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal, LiteralString
from uuid import UUID

from reos.core.clock import Clock
from reos.core.errors import ConflictError
from reos.db import transaction
from reos.db.connection import Connection

Mode = Literal["full", "incremental"]
Ending = Literal["done", "refused", "failed"]

_LOCK = "select pg_try_advisory_lock(hashtext('app.reference_load'), hashtext(%s)) as got"
_UNLOCK = "select pg_advisory_unlock(hashtext('app.reference_load'), hashtext(%s))"
_OPEN = """
select load_id, mode, version, progress,
       (select count(*) from app.address_point_stage s where s.load_id = l.load_id) as staged
  from app.reference_load l
 where source = %(source)s and status in ('running', 'failed')
   and started_at > coalesce((select max(d.started_at) from app.reference_load d
                               where d.source = l.source and d.status in ('done', 'refused')), '-infinity')
 order by started_at desc, load_id desc limit 1
"""
_ABANDON = """
update app.reference_load set status = 'failed', finished_at = %(at)s,
       message = coalesce(message, 'It was cut off, and the source has changed since.')
 where source = %(source)s and status = 'running'
"""
_CLEAR = """
delete from app.address_point_stage
 where load_id in (select load_id from app.reference_load where source = %(source)s)
"""
_BEGIN = """
insert into app.reference_load (load_id, source, kind, mode, version, started_at, columns, warnings, progress)
values (%(load_id)s, %(source)s, %(kind)s, %(mode)s, %(version)s, %(at)s, %(columns)s, %(warnings)s, %(progress)s)
"""
_RESUME = "update app.reference_load set status = 'running', finished_at = null, message = null where load_id = %s"
_LAST = """
select load_id, version, watermark, columns, started_at from app.reference_load
 where source = %s and status = 'done' and (%s::text is null or mode = %s)
 order by started_at desc, load_id desc limit 1
"""
_END = """
update app.reference_load
   set status = %(status)s, finished_at = %(at)s, rows = %(rows)s, added = %(added)s, changed = %(changed)s,
       removed = %(removed)s, rejected = %(rejected)s, watermark = %(watermark)s, rejections = %(rejections)s,
       warnings = %(warnings)s, message = %(message)s
 where load_id = %(load_id)s
"""


@dataclass
class Load:
    """One load under way. `progress` is what it takes to go on: rows read and staged, reasons, the source's cursor."""

    load_id: UUID
    source: str
    mode: Mode
    version: str | None
    progress: dict[str, Any] = field(default_factory=dict)
    resumed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a load did, for its row in the ledger."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    rejected: int = 0
    watermark: str | None = None
    rejections: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    message: str | None = None


@contextmanager
def exclusive(conn: Connection, source: str) -> Iterator[None]:
    """Keep other loads of `source` out for the time of the block; `ConflictError` when one is under way."""
    if not _first(conn, _LOCK, (source,))["got"]:
        raise ConflictError(f"{source} is being loaded already.", remedy="Wait for its end, then look at its outcome.")
    try:
        yield
    finally:
        if not conn.closed:
            conn.rollback()
            _first(conn, _UNLOCK, (source,))


def last_done(conn: Connection, source: str, mode: Mode | None = None) -> dict[str, Any] | None:
    """Return the last successful load of `source` (of `mode` when given): version, watermark, columns, started_at."""
    with transaction(conn):
        return conn.execute(_LAST, (source, mode, mode)).fetchone()


def begin(
    conn: Connection,
    load: Load,
    *,
    kind: str,
    columns: Mapping[str, str],
    warnings: Sequence[str],
    clock: Clock,
) -> Load:
    """Open `load` in the ledger, or take up the one that was cut off when it has the same mode and version."""
    with transaction(conn):
        unfinished = conn.execute(_OPEN, {"source": load.source}).fetchone()
        if unfinished and _continues(unfinished, load):
            conn.execute(_RESUME, (unfinished["load_id"],))
            return replace(load, load_id=unfinished["load_id"], progress=unfinished["progress"], resumed=True)
        at = clock.now()
        conn.execute(_ABANDON, {"source": load.source, "at": at})
        conn.execute(_CLEAR, {"source": load.source})
        params = {"load_id": load.load_id, "source": load.source, "kind": kind, "mode": load.mode}
        texts = {"columns": columns, "warnings": warnings, "progress": load.progress}
        encoded = {name: json.dumps(value) for name, value in texts.items()}
        conn.execute(_BEGIN, {**params, **encoded, "version": load.version, "at": at})
    return load


def note_progress(conn: Connection, load: Load) -> None:
    """Write down how far `load` is, in the transaction that staged the rows."""
    conn.execute(
        "update app.reference_load set progress = %s, rows = %s where load_id = %s",
        (json.dumps(load.progress), load.progress.get("rows", 0), load.load_id),
    )


def end(conn: Connection, load: Load, status: Ending, outcome: Outcome, clock: Clock) -> None:
    """Close `load` in the open transaction. Its staged rows go, unless it failed and may be taken up again."""
    params = {"load_id": load.load_id, "status": status, "at": clock.now(), **vars(outcome)}
    params |= {"rejections": json.dumps(outcome.rejections), "warnings": json.dumps(list(outcome.warnings))}
    conn.execute(_END, params)
    if status != "failed":
        conn.execute("delete from app.address_point_stage where load_id = %s", (load.load_id,))


def _continues(unfinished: Mapping[str, Any], load: Load) -> bool:
    same = load.version is not None and (unfinished["mode"], unfinished["version"]) == (load.mode, load.version)
    return same and unfinished["staged"] == unfinished["progress"].get("staged", 0)


def _first(conn: Connection, statement: LiteralString, params: tuple[object, ...]) -> dict[str, Any]:
    with transaction(conn):
        row = conn.execute(statement, params).fetchone()
    assert row is not None  # noqa: S101 - narrows the type: each statement here returns one row
    return row
