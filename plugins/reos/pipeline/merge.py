"""Merging and unmerging by a person, and the decisions of the review queue, inside the caller's transaction.

Each is told as an event. What a person has unmerged or called different stays apart: no rule raises it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.property.candidates import compare_homes, merged
from reos.property.merging import Merge, absorb, lock, release, reserve
from reos.property.review import Question, Status, close, close_joined, find_open, remember


@dataclass(frozen=True)
class Decided:
    """What a decision led to; without a merge the last three are None."""

    review_id: UUID
    status: Status
    survivor_id: UUID | None = None
    absorbed_id: UUID | None = None
    merge_id: UUID | None = None


@dataclass(frozen=True)
class Person:
    """Who acts, and with which clock and ids."""

    user_id: UUID
    clock: Clock
    make_id: NewId = new_id

    @property
    def name(self) -> str:
        """The user's id as the history keeps it."""
        return str(self.user_id)


def merge(
    conn: Connection, tenant_id: UUID, survivor_id: UUID, absorbed_id: UUID, *, reason: str, person: Person
) -> Merge:
    """Merge `absorbed_id` into `survivor_id`; call it first and last in a transaction of this tenant.

    Raises what `merging.absorb` raises: a property merged into itself, one that the tenant lacks, one that is deleted
    or merged already.
    """
    reserve(conn, tenant_id)
    evidence = compare_homes(conn, tenant_id, absorbed_id, survivor_id)
    return _absorb(conn, tenant_id, survivor_id, absorbed_id, evidence, reason, person)


def unmerge(
    conn: Connection, tenant_id: UUID, survivor_id: UUID, absorbed_id: UUID, *, reason: str, person: Person
) -> UUID:
    """Take a merge back, remember the pair as two homes, and return the id of the merge.

    Raises `NotFoundError` for a property that the tenant lacks and `ConflictError` when there is no such merge.
    """
    reserve(conn, tenant_id)
    at = person.clock.now()
    merge_id = release(conn, tenant_id, survivor_id, absorbed_id, by=person.name, reason=reason, at=at)
    evidence = compare_homes(conn, tenant_id, absorbed_id, survivor_id)
    question = Question(person.make_id(), absorbed_id, survivor_id, evidence, "They were merged and are unmerged.")
    remember(conn, tenant_id, question, Status.DIFFERENT, by=person.name, note=reason, at=at)
    payload = {
        "survivor_id": str(survivor_id),
        "absorbed_id": str(absorbed_id),
        "merge_id": str(merge_id),
        "decided_by": person.name,
        "reason": reason,
    }
    event = NewEvent(
        EventType.PROPERTY_UNMERGED,
        tenant_id,
        absorbed_id,
        payload,
        person.make_id(),
        source="discovery",
        user_id=person.user_id,
    )
    append(conn, [event], new_id=person.make_id)
    return merge_id


def decide(conn: Connection, tenant_id: UUID, review_id: UUID, status: Status, *, note: str, person: Person) -> Decided:
    """Decide a pair of the queue; `same` merges the younger home into the older one.

    Raises `NotFoundError` for no such review, `ConflictError` when it is decided already or a side was deleted.
    """
    reserve(conn, tenant_id)
    found = find_open(conn, tenant_id, review_id)
    sides = lock(conn, tenant_id, found.property_id, found.candidate_id)
    homes = lock(conn, tenant_id, *(side.merged_into or side.property_id for side in sides))
    pair = (found.property_id, found.candidate_id)
    close(conn, tenant_id, pair, status, by=person.name, note=note, at=person.clock.now())
    if status is Status.DIFFERENT or homes[0].property_id == homes[1].property_id:
        return Decided(review_id, status)
    older, younger = sorted(homes, key=lambda home: home.age)
    reason = note or found.reason
    done = _absorb(conn, tenant_id, older.property_id, younger.property_id, found.evidence, reason, person)
    return Decided(review_id, status, done.survivor_id, done.absorbed_id, done.merge_id)


def _absorb(
    conn: Connection,
    tenant_id: UUID,
    survivor_id: UUID,
    absorbed_id: UUID,
    evidence: Mapping[str, Any],
    reason: str,
    person: Person,
) -> Merge:
    at = person.clock.now()
    done = Merge(person.make_id(), survivor_id, absorbed_id, evidence, person.name, reason, at)
    absorb(conn, tenant_id, done)
    close_joined(conn, tenant_id, [survivor_id], by=person.name, note=reason, at=at)
    append(conn, [merged(tenant_id, done, person.make_id(), user_id=person.user_id)], new_id=person.make_id)
    return done
