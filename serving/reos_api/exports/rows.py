"""The rows of an export, a thousand at a time, each page in a short transaction of its own.

A slow reader therefore holds no transaction and no connection, and the export takes the same memory for any number of
properties. NDJSON carries the values as they are; CSV cells are made safe for spreadsheets, which an import undoes.
"""

import csv
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from enum import StrEnum
from io import StringIO
from uuid import UUID

import asyncpg
import orjson

from reos.pipeline.lead_files.formulas import guard
from reos.property import queries
from reos.property.queries import Filters
from reos_api.reads import TenantReads

_PAGE = 1000


class ExportFormat(StrEnum):
    """CSV for spreadsheets, NDJSON with the raw values for programs."""

    CSV = "csv"
    NDJSON = "ndjson"


async def chunks(reads: TenantReads, filters: Filters, form: ExportFormat) -> AsyncIterator[bytes]:
    """Return the properties as the chunks of a file, oldest first.

    The first page is read before anything is answered: what can fail, fails as a problem.
    """
    first = await _page(reads, filters, None)
    head, write = (_lines([queries.EXPORTED]), _as_csv) if form is ExportFormat.CSV else (b"", _as_ndjson)
    return _written(reads, filters, first, head, write)


async def _written(
    reads: TenantReads,
    filters: Filters,
    page: "Sequence[asyncpg.Record]",
    head: bytes,
    write: Callable[[Sequence[str]], bytes],
) -> AsyncIterator[bytes]:
    yield head
    while page:
        yield write([row["item"] for row in page])
        page = await _page(reads, filters, page[-1]["property_id"])


async def _page(reads: TenantReads, filters: Filters, after: UUID | None) -> "Sequence[asyncpg.Record]":
    return await reads.rows(queries.export(filters, _PAGE, after))


def _as_ndjson(rows: Sequence[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def _as_csv(rows: Sequence[str]) -> bytes:
    return _lines(map(_cells, rows))


def _cells(row: str) -> list[str]:
    values = orjson.loads(row)
    return [guard(_text(values[name])) for name in queries.EXPORTED]


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
