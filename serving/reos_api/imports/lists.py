"""Lists of imports and of refused rows, read as `reos_app`; refused rows also as a CSV to mend and send again."""

import csv
from collections.abc import AsyncIterator
from functools import partial
from io import StringIO
from uuid import UUID

from reos.core.errors import InvalidInputError
from reos.db.connection import Connection
from reos.pipeline import import_leads
from reos.pipeline.lead_files.formulas import guard
from reos_api.dependencies import Caller
from reos_api.imports.schemas import ImportBatch, ImportBatchPage, RejectedRow, RejectedRowPage
from reos_api.paging import decode_cursor, encode_cursor
from reos_api.services import Services

_CHUNK = 1000
_OWN = ("line", "kind", "reason")


async def batches(app: Services, who: Caller, limit: int, cursor: str | None) -> bytes:
    """Return one page of imports, newest first, as JSON."""
    before = _uuid(decode_cursor(cursor, "batch", 1)[0]) if cursor else None
    read = partial(_batches, who, limit + 1, before)
    found = await app.pools.run(read)
    items = [ImportBatch.model_validate(each) for each in found[:limit]]
    following = encode_cursor("batch", str(items[-1].batch_id)) if len(found) > limit else None
    return ImportBatchPage(items=items, next_cursor=following).model_dump_json().encode()


async def rejections(app: Services, who: Caller, batch_id: UUID, limit: int, cursor: str | None) -> bytes:
    """Return one page of refused rows by line, as JSON; `NotFoundError` for an unknown import."""
    after = _line(decode_cursor(cursor, "line", 1)[0]) if cursor else 0
    await _require(app, who, batch_id)
    found = await _rejections(app, who, batch_id, after, limit + 1)
    following = encode_cursor("line", str(found[limit - 1].line)) if len(found) > limit else None
    return RejectedRowPage(items=found[:limit], next_cursor=following).model_dump_json().encode()


async def rejections_csv(app: Services, who: Caller, batch_id: UUID) -> AsyncIterator[bytes]:
    """Return the refused rows as the chunks of a CSV, safe to open in a spreadsheet: why, and what the row said.

    The columns are those of the file, known after a first pass. `NotFoundError` for an unknown import.
    """
    await _require(app, who, batch_id)
    names: dict[str, None] = {}
    async for row in _all(app, who, batch_id):
        names.update(dict.fromkeys(row.row_data or {}))
    return _csv(app, who, batch_id, [name for name in names if name not in _OWN])


async def _csv(app: Services, who: Caller, batch_id: UUID, names: list[str]) -> AsyncIterator[bytes]:
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*_OWN, *map(guard, names)])
    async for row in _all(app, who, batch_id):
        said = row.row_data or {}
        texts = ("" if said.get(name) is None else str(said[name]) for name in names)
        writer.writerow([row.line, row.kind, guard(row.reason), *map(guard, texts)])
        if out.tell() > 1 << 16:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


async def _all(app: Services, who: Caller, batch_id: UUID) -> AsyncIterator[RejectedRow]:
    after = 0
    while found := await _rejections(app, who, batch_id, after, _CHUNK):
        for row in found:
            yield row
        after = found[-1].line


async def _require(app: Services, who: Caller, batch_id: UUID) -> None:
    await app.pools.run(lambda conn: import_leads.batch(conn, who.tenant_id, batch_id))


async def _rejections(app: Services, who: Caller, batch_id: UUID, after: int, limit: int) -> list[RejectedRow]:
    found = await app.pools.run(
        lambda conn: import_leads.rejections(conn, who.tenant_id, batch_id, after=after, limit=limit)
    )
    return [RejectedRow.model_validate(each) for each in found]


def _batches(who: Caller, limit: int, before: UUID | None, conn: Connection) -> list[import_leads.Batch]:
    return import_leads.batches(conn, who.tenant_id, limit=limit, before=before)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError("The cursor is not one of ours.", remedy="Start again without a cursor.") from error


def _line(text: str) -> int:
    if not (text.isdecimal() and len(text) < len(str(2**31))):
        raise InvalidInputError("The cursor is not one of ours.", remedy="Start again without a cursor.")
    return int(text)
