"""Keyset cursors: opaque to the caller, bound to the sort order, worth nothing outside the caller's tenant."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from reos.core.errors import InvalidInputError


def encode_cursor(sort: str, *key: str) -> str:
    """Return the cursor that continues after the row with this sort key."""
    return base64.urlsafe_b64encode(orjson.dumps([sort, *key])).rstrip(b"=").decode()


def decode_cursor(cursor: str, sort: str, length: int) -> tuple[str, ...]:
    """Return the sort key; `InvalidInputError` for a cursor that is not ours or belongs to another order."""
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise _invalid() from error
    if not isinstance(parts, list) or len(parts) != length + 1 or not all(isinstance(part, str) for part in parts):
        raise _invalid()
    if parts[0] != sort:
        raise InvalidInputError(
            f"The cursor continues a list sorted by {parts[0]}, not by {sort}.",
            remedy="Keep sort and filters while paging, or start without a cursor.",
        )
    return tuple(parts[1:])


def decode_moment(cursor: str | None, sort: str) -> tuple[datetime, UUID] | None:
    """Return the time and id of a key of these two; None without a cursor, `InvalidInputError` for none of ours."""
    if cursor is None:
        return None
    at, row_id = decode_cursor(cursor, sort, 2)
    try:
        key = datetime.fromisoformat(at), UUID(row_id)
    except ValueError as error:
        raise _invalid() from error
    if key[0].tzinfo is None:
        raise _invalid()
    return key


def page_body(items: str, next_cursor: str | None) -> bytes:
    """Return the JSON of a page around the items that PostgreSQL rendered."""
    return b'{"items":%s,"next_cursor":%s}' % (items.encode(), orjson.dumps(next_cursor))


def moment_page_body(row: Mapping[str, Any], sort: str) -> bytes:
    """Return the JSON of a page that `MomentList` read, with the cursor that `decode_moment` takes."""
    following = encode_cursor(sort, row["next_at"].isoformat(), str(row["next_id"])) if row["next_id"] else None
    return page_body(row["items"], following)


def _invalid() -> InvalidInputError:
    return InvalidInputError(
        "The cursor is not one of ours.", remedy="Pass `next_cursor` of the page before, as it is."
    )
