"""From a request to the property: builds queries, pages, and takes leads in."""

from datetime import datetime
from uuid import UUID

import orjson

from reos.core.errors import InvalidInputError, NotFoundError
from reos.property import queries
from reos.timeline.queries import TIMELINE
from reos_api.paging import decode_cursor, encode_cursor
from reos_api.properties.schemas import PropertyFilters
from reos_api.reads import TenantReads

_MAX_PLACE = 2**63 - 1
UNKNOWN = "There is no such property."
UNSCORED = "There is no such property, or it has no score yet."


async def page(reads: TenantReads, filters: PropertyFilters) -> bytes:
    """Return one page of the list as JSON bytes."""
    query = queries.page(_criteria(filters), filters.sort, filters.limit, _after(filters))
    row = await reads.row(query)
    following = encode_cursor(filters.sort, row["next_key"], str(row["next_id"])) if row["next_id"] else None
    return page_body(row["items"], following)


async def timeline(reads: TenantReads, property_id: UUID, limit: int, cursor: str | None) -> bytes:
    """Return one page of a property's events, newest first, as JSON bytes."""
    await require(reads, property_id)
    below = _place(decode_cursor(cursor, "seq", 1)[0]) if cursor else None
    row = await reads.row(queries.Query(TIMELINE, (property_id, limit, below)))
    following = encode_cursor("seq", str(row["next_seq"])) if row["next_seq"] else None
    return page_body(row["items"], following)


async def require(reads: TenantReads, property_id: UUID) -> None:
    """Raise `NotFoundError` unless the tenant has the property."""
    row = await reads.row(queries.existence(property_id))
    if not row[0]:
        raise NotFoundError(UNKNOWN)


def page_body(items: str, next_cursor: str | None) -> bytes:
    """Return the JSON of a page around the items that PostgreSQL rendered."""
    return b'{"items":%s,"next_cursor":%s}' % (items.encode(), orjson.dumps(next_cursor))


def _criteria(filters: PropertyFilters) -> queries.Filters:
    return queries.Filters(
        state=filters.state,
        county=filters.county,
        zip5=filters.zip,
        stage=filters.stage,
        score_min=filters.score_min,
        score_max=filters.score_max,
        text=filters.q,
    )


def _after(filters: PropertyFilters) -> tuple[int | datetime, UUID] | None:
    if filters.cursor is None:
        return None
    key, row_id = decode_cursor(filters.cursor, filters.sort, 2)
    try:
        return queries.SORTS[filters.sort](key), UUID(row_id)
    except ValueError as error:
        raise InvalidInputError("The cursor is not one of ours.", remedy="Start again without a cursor.") from error


def _place(text: str) -> int:
    place = int(text) if text.isdecimal() else _MAX_PLACE + 1
    if place > _MAX_PLACE:
        raise InvalidInputError("The cursor is not one of ours.", remedy="Start again without a cursor.")
    return place
