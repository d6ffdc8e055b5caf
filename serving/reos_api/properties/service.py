"""From a request to the property: builds queries, pages, and takes leads in."""

from datetime import datetime
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from reos.core.errors import InvalidInputError, NotFoundError
from reos.property import queries
from reos.timeline.queries import TIMELINE
from reos_api.paging import decode_cursor, encode_cursor, page_body
from reos_api.problems import MergedError
from reos_api.properties.schemas import PropertyCriteria, PropertyFilters
from reos_api.reads import TenantReads
from reos_api.responses import respond

_MAX_PLACE = 2**63 - 1
UNKNOWN = "There is no such property."
UNSCORED = "There is no such property, or it has no score yet."


async def page(reads: TenantReads, filters: PropertyFilters) -> bytes:
    """Return one page of the list as JSON bytes."""
    query = queries.page(criteria(filters), filters.sort, filters.limit, _after(filters))
    row = await reads.row(query)
    following = encode_cursor(filters.sort, row["next_key"], str(row["next_id"])) if row["next_id"] else None
    return page_body(row["items"], following)


async def timeline(reads: TenantReads, property_id: UUID, limit: int, cursor: str | None) -> bytes:
    """Return one page of a property's events, newest first, as JSON bytes."""
    below = _place(decode_cursor(cursor, "seq", 1)[0]) if cursor else None
    row = await reads.row(queries.Query(TIMELINE, (property_id, limit, below)))
    following = encode_cursor("seq", str(row["next_seq"])) if row["next_seq"] else None
    return page_body(row["items"], following)


async def show(request: Request, reads: TenantReads, property_id: UUID, query: queries.Query, missing: str) -> Response:
    """Answer with the JSON of a query about the property.

    Raises `MergedError` when it was merged into another, else `NotFoundError` saying `missing`.
    """
    try:
        return respond(request, await reads.document(query, missing))
    except NotFoundError:
        await _follow(request, reads, property_id)
        raise


async def require(request: Request, reads: TenantReads, property_id: UUID) -> None:
    """Raise `NotFoundError` unless the tenant has the property, and `MergedError` when it was merged into another."""
    row = await reads.row(queries.existence(property_id))
    if not row[0]:
        await _follow(request, reads, property_id)
        raise NotFoundError(UNKNOWN)


async def _follow(request: Request, reads: TenantReads, property_id: UUID) -> None:
    row = await reads.find(queries.survivor(property_id))
    if row is not None:
        path = request.url.path.replace(request.path_params["property_id"], str(row[0]))
        location = f"{path}?{request.url.query}" if request.url.query else path
        raise MergedError(f"This property was merged into {row[0]}.", location)


def criteria(filters: PropertyCriteria) -> queries.Filters:
    """Return what the query parameters narrow the properties to."""
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
