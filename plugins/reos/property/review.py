"""The review queue: pairs of properties that may be one home, each asked about once, whatever arrives again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from reos.core.errors import ConflictError, NotFoundError
from reos.db.connection import Connection


class Status(StrEnum):
    """What is known of a pair."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


class Question(NamedTuple):
    """A pair to ask about: the newcomer, what it may be, and the evidence as JSON values."""

    review_id: UUID
    property_id: UUID
    candidate_id: UUID
    evidence: Mapping[str, Any]
    reason: str


class Review(NamedTuple):
    """A pair of the queue, locked until the transaction ends."""

    review_id: UUID
    property_id: UUID
    candidate_id: UUID
    evidence: Mapping[str, Any]
    reason: str
    status: str


_OPEN = """
insert into app.match_review (tenant_id, review_id, property_id, candidate_id, evidence, reason, opened_at)
select %(tenant_id)s, q.review_id, q.property_id, q.candidate_id, q.evidence, q.reason, %(at)s
  from jsonb_to_recordset(%(questions)s) as q (review_id uuid, property_id uuid, candidate_id uuid, evidence jsonb,
                                               reason text)
 where not exists (
       select from app.property a, app.property b, app.match_review r
        where a.tenant_id = %(tenant_id)s and b.tenant_id = %(tenant_id)s and r.tenant_id = %(tenant_id)s
          and (a.property_id = q.property_id or a.merged_into = q.property_id)
          and (b.property_id = q.candidate_id or b.merged_into = q.candidate_id)
          and ((r.property_id = a.property_id and r.candidate_id = b.property_id)
               or (r.property_id = b.property_id and r.candidate_id = a.property_id)))
on conflict (tenant_id, property_id, candidate_id) do nothing
returning property_id, candidate_id
"""
_FIND = """
select review_id, property_id, candidate_id, evidence, reason, status from app.match_review
 where tenant_id = %s and review_id = %s for update
"""
_CLOSE = """
update app.match_review set status = %(status)s, decided_at = %(at)s, decided_by = %(by)s, note = %(note)s
 where tenant_id = %(tenant_id)s and ((property_id = %(one)s and candidate_id = %(other)s)
                                      or (property_id = %(other)s and candidate_id = %(one)s))
returning review_id
"""
_CLOSE_JOINED = """
with member as materialized (
    select p.property_id, coalesce(p.merged_into, p.property_id) as home_id from app.property p
     where p.tenant_id = %(tenant_id)s and (p.property_id = any (%(homes)s) or p.merged_into = any (%(homes)s))
)
update app.match_review r set status = 'same', decided_at = %(at)s, decided_by = %(by)s, note = %(note)s
  from member a join member b using (home_id)
 where r.tenant_id = %(tenant_id)s and r.property_id = a.property_id and r.candidate_id = b.property_id
   and r.status = 'open'
"""
_DECIDED = """
insert into app.match_review (tenant_id, review_id, property_id, candidate_id, evidence, reason, status, opened_at,
                              decided_at, decided_by, note)
values (%(tenant_id)s, %(review_id)s, %(one)s, %(other)s, %(evidence)s, %(reason)s, %(status)s, %(at)s, %(at)s, %(by)s,
        %(note)s)
"""
_APART = """
select property_id, candidate_id from app.match_review
 where tenant_id = %s and status = 'different' and property_id = any (%s)
"""


def ask(conn: Connection, tenant_id: UUID, questions: Sequence[Question], at: datetime) -> list[tuple[UUID, UUID]]:
    """Queue the pairs that were never asked about, and return them as (property, candidate).

    A pair of what the two have absorbed, either way round, counts as asked.
    """
    if not questions:
        return []
    document = [
        {**question._asdict(), **{name: str(getattr(question, name)) for name in _IDS}} for question in questions
    ]
    values = {"tenant_id": tenant_id, "questions": Jsonb(document), "at": at}
    return [(row["property_id"], row["candidate_id"]) for row in conn.execute(_OPEN, values)]


_IDS = ("review_id", "property_id", "candidate_id")


def find_open(conn: Connection, tenant_id: UUID, review_id: UUID) -> Review:
    """Return the pair, locked; `NotFoundError` for none of the tenant's, `ConflictError` when it is decided."""
    row = conn.execute(_FIND, (tenant_id, review_id)).fetchone()
    if row is None:
        raise NotFoundError("There is no such review.")
    found = Review(**row)
    if found.status != Status.OPEN:
        raise ConflictError(
            f"This pair has been decided: {found.status}.", remedy="Merge or unmerge the properties themselves."
        )
    return found


def close(
    conn: Connection, tenant_id: UUID, pair: tuple[UUID, UUID], status: Status, *, by: str, note: str, at: datetime
) -> bool:
    """Decide a pair if it is in the queue, whichever way round; tell whether it was."""
    one, other = pair
    values = {"tenant_id": tenant_id, "one": one, "other": other, "status": status.value, "by": by, "note": note}
    return conn.execute(_CLOSE, {**values, "at": at}).fetchone() is not None


def close_joined(conn: Connection, tenant_id: UUID, homes: Sequence[UUID], *, by: str, note: str, at: datetime) -> None:
    """Close the open questions whose two sides have become one of `homes`."""
    values = {"tenant_id": tenant_id, "homes": list(homes), "by": by, "note": note, "at": at}
    conn.execute(_CLOSE_JOINED, values)


def remember(
    conn: Connection, tenant_id: UUID, question: Question, status: Status, *, by: str, note: str, at: datetime
) -> None:
    """Decide a pair whether it was in the queue or not, so that no rule raises it again."""
    pair = (question.property_id, question.candidate_id)
    if not close(conn, tenant_id, pair, status, by=by, note=note, at=at):
        one, other = pair
        values = {"tenant_id": tenant_id, "review_id": question.review_id, "one": one, "other": other, "at": at}
        more = {"evidence": Jsonb(dict(question.evidence)), "reason": question.reason, "status": status.value}
        conn.execute(_DECIDED, {**values, **more, "by": by, "note": note})


def known_apart(conn: Connection, tenant_id: UUID, property_ids: Sequence[UUID]) -> set[frozenset[UUID]]:
    """Return the pairs of which a person said that they are two homes and whose newcomer is among `property_ids`."""
    rows = conn.execute(_APART, (tenant_id, list(property_ids)))
    return {frozenset((row["property_id"], row["candidate_id"])) for row in rows}
