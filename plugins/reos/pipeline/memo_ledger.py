"""The memos that exist and those that are wanted: SQL in the caller's transaction.

A memo is wanted for a score that is announced, reaches the tenant's threshold and has no memo of the same inputs and
template.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reos.core.ids import new_id
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.memos.template import TEMPLATE_VERSION

CONSUMER = "docgen"
MAX_ATTEMPTS = 3

_WANTED = """
with quota as (
  select t.tenant_id, t.memo_min_score,
         greatest(0, t.memo_daily_limit - (
           select count(*) from app.memo m where m.tenant_id = t.tenant_id and m.created_at >= %(midnight)s
         )) as room
    from app.tenant t
)
select w.tenant_id, w.property_id, w.score, w.event_id, w.correlation_id
  from quota q
 cross join lateral (
   select s.tenant_id, s.property_id, s.score, p.event_id, e.correlation_id
     from marts.fct_property_score s
     join app.published_score p
       on p.tenant_id = s.tenant_id and p.property_id = s.property_id and encode(p.inputs_hash, 'hex') = s.inputs_hash
     join app.property h
       on h.tenant_id = s.tenant_id and h.property_id = s.property_id
      and h.deleted_at is null and h.merged_into is null
     join app.event_log e on e.tenant_id = p.tenant_id and e.event_id = p.event_id
    where s.tenant_id = q.tenant_id
      and s.score >= q.memo_min_score
      and s.property_id <> all (%(skipped)s)
      and not exists (
        select from app.memo m
         where m.tenant_id = s.tenant_id and m.property_id = s.property_id
           and m.inputs_hash = p.inputs_hash and m.template_version = %(template)s
      )
      and not exists (
        select from app.dead_letter d
         where d.tenant_id = s.tenant_id and d.consumer = %(consumer)s and d.event_id = p.event_id
           and d.attempts >= %(max_attempts)s and d.resolved_at is null
      )
    order by s.score desc, s.property_id desc
    limit least(q.room, %(limit)s)
 ) w
 order by w.score desc, w.property_id desc
"""
_FIND = """
select memo_id, property_id, score_version, encode(inputs_hash, 'hex') as inputs_hash,
       encode(document_sha256, 'hex') as sha256, storage_key, byte_size, page_count
  from app.memo
 where tenant_id = %s and property_id = %s and inputs_hash = decode(%s, 'hex') and template_version = %s
"""
_ADD = """
insert into app.memo (tenant_id, memo_id, property_id, score_version, inputs_hash, template_version, document_sha256,
                      byte_size, page_count, storage_key, created_at)
values (%(tenant)s, %(memo)s, %(property)s, %(score_version)s, decode(%(inputs_hash)s, 'hex'), %(template)s, %(sha256)s,
        %(bytes)s, %(pages)s, %(key)s, %(now)s)
on conflict (tenant_id, property_id, inputs_hash, template_version) do nothing
returning memo_id
"""
_FORWARD = """
update app.property set stage = 'documented'
 where tenant_id = %s and property_id = %s and stage in ('discovered', 'enriched', 'scored')
"""
_FAILED_AGAIN = """
update app.dead_letter set attempts = attempts + 1, error = %(error)s
 where tenant_id = %(tenant)s and consumer = %(consumer)s and event_id = %(event)s and resolved_at is null
returning attempts
"""
_FAILED_FIRST = """
insert into app.dead_letter (tenant_id, dead_letter_id, consumer, event_id, error, attempts)
values (%(tenant)s, %(letter)s, %(consumer)s, %(event)s, %(error)s, 1)
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a memo is made: the journey it belongs to, the event that asked for it, and the person, if any."""

    correlation_id: UUID
    event_id: UUID | None = None
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WantedMemo:
    """A property that should have a memo, and the announced score that makes it so."""

    tenant_id: UUID
    property_id: UUID
    score: int
    event_id: UUID
    correlation_id: UUID

    @property
    def cause(self) -> Cause:
        """The announcement of the score."""
        return Cause(self.correlation_id, event_id=self.event_id)


@dataclass(frozen=True, slots=True)
class RenderedMemo:
    """A memo that exists; `created` is false when it existed before. `storage_key` is a path under the memo folder."""

    memo_id: UUID
    property_id: UUID
    score_version: int
    inputs_hash: str
    sha256: str
    storage_key: str
    byte_size: int
    page_count: int
    created: bool


def is_possible(conn: Connection) -> bool:
    """Whether the warehouse has been built, without which there is no score to write about."""
    row = conn.execute("select to_regclass('marts.property_field_provenance') is not null as built").fetchone()
    return bool(row and row["built"])


def wanted(conn: Connection, now: datetime, limit: int, skipped: list[UUID]) -> list[WantedMemo]:
    """Return up to `limit` wanted memos a tenant, best score first, within what is left of each tenant's day (UTC).

    Properties in `skipped` are left out, and so are those whose memo failed `MAX_ATTEMPTS` times for the same score.
    """
    values = {
        "midnight": now.replace(hour=0, minute=0, second=0, microsecond=0),
        "template": TEMPLATE_VERSION,
        "consumer": CONSUMER,
        "max_attempts": MAX_ATTEMPTS,
        "limit": limit,
        "skipped": skipped,
    }
    return [WantedMemo(**row) for row in conn.execute(_WANTED, values).fetchall()]


def find(conn: Connection, tenant_id: UUID, property_id: UUID, inputs_hash: str) -> RenderedMemo | None:
    """Return the property's memo of these inputs (hexadecimal) under the present template, if there is one."""
    row = conn.execute(_FIND, (tenant_id, property_id, inputs_hash, TEMPLATE_VERSION)).fetchone()
    return RenderedMemo(**row, created=False) if row else None


def add(conn: Connection, tenant_id: UUID, memo: RenderedMemo, cause: Cause, now: datetime) -> bool:
    """Add the memo, move the property's stage forward and tell it; false, and nothing done, when it is there."""
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "memo": memo.memo_id,
        "property": memo.property_id,
        "score_version": memo.score_version,
        "inputs_hash": memo.inputs_hash,
        "template": TEMPLATE_VERSION,
        "sha256": bytes.fromhex(memo.sha256),
        "bytes": memo.byte_size,
        "pages": memo.page_count,
        "key": memo.storage_key,
        "now": now,
    }
    if conn.execute(_ADD, values).fetchone() is None:
        return False
    conn.execute(_FORWARD, (tenant_id, memo.property_id))
    append(conn, [_generated(tenant_id, memo, cause)])
    return True


def _generated(tenant_id: UUID, memo: RenderedMemo, cause: Cause) -> NewEvent:
    return NewEvent(
        EventType.MEMO_GENERATED,
        tenant_id,
        memo.property_id,
        {"memo_id": str(memo.memo_id), "memo_url": f"/v1/memos/{memo.memo_id}/pdf", "sha256": memo.sha256},
        correlation_id=cause.correlation_id,
        causation_id=cause.event_id,
        source=CONSUMER,
        user_id=cause.user_id,
    )


def note_failure(conn: Connection, memo: WantedMemo, error: str) -> None:
    """Count a failed attempt at the score's announcement as a dead letter, for a person to look at."""
    values = {
        "tenant": memo.tenant_id,
        "letter": new_id(),
        "consumer": CONSUMER,
        "event": memo.event_id,
        "error": error,
    }
    if conn.execute(_FAILED_AGAIN, values).fetchone() is None:
        conn.execute(_FAILED_FIRST, values)
