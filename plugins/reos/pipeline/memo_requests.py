"""Memos that people asked for: which are open, and how each ended. SQL in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reos.core.ids import new_id
from reos.db.connection import Connection
from reos.pipeline.memo_ledger import Cause

_OPEN = """
select r.tenant_id, r.request_id, r.property_id, r.requested_by, journey.correlation_id
  from app.memo_request r
  left join lateral (
    select e.correlation_id from app.event_log e
     where e.tenant_id = r.tenant_id and e.property_id = r.property_id
     order by e.seq desc
     limit 1
  ) journey on true
 where r.fulfilled_at is null
 order by r.requested_at
 limit %s
"""
_CLOSE = """
update app.memo_request set fulfilled_at = %s, memo_id = %s, error = %s
 where tenant_id = %s and request_id = %s and fulfilled_at is null
"""


@dataclass(frozen=True, slots=True)
class MemoRequest:
    """A person's open request; `correlation_id` is that of the property's journey, if it has one."""

    tenant_id: UUID
    request_id: UUID
    property_id: UUID
    requested_by: UUID
    correlation_id: UUID | None

    @property
    def cause(self) -> Cause:
        """The person, on the property's journey."""
        return Cause(self.correlation_id or new_id(), user_id=self.requested_by)


def unfulfilled(conn: Connection, limit: int) -> list[MemoRequest]:
    """Return up to `limit` open requests, the oldest first."""
    return [MemoRequest(**row) for row in conn.execute(_OPEN, (limit,)).fetchall()]


def close(
    conn: Connection, request: MemoRequest, now: datetime, *, memo_id: UUID | None = None, error: str | None = None
) -> None:
    """End the request with its memo, or with the reason why there is none."""
    conn.execute(_CLOSE, (now, memo_id, error, request.tenant_id, request.request_id))
