"""Two records of one home become one, and two again, in the caller's open transaction.

Nothing of either record is rewritten: the absorbed one points to its survivor (`merged_into`) and keeps every column
and key. Each merge is a row of `app.property_merge`, an edge of a forest; `merged_into` is the root over the edges in
force. So cutting an edge gives back exactly what was there before, whatever was merged on top of it since.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from reos.core.errors import ConflictError, InvalidInputError, NotFoundError
from reos.db.connection import Connection

BY_RULE = "rule"  # who decided a merge that nobody was asked about

_MATCH_LOCKS = 3  # first half of the advisory keys that keep a tenant's merges and imports apart
_LOCKED = """
select property_id, created_at, merged_into, deleted_at from app.property
 where tenant_id = %s and property_id = any (%s) order by property_id for update
"""
_INSERT = """
insert into app.property_merge (tenant_id, merge_id, survivor_id, absorbed_id, evidence, decided_by, reason, merged_at)
select %(tenant_id)s, merge_id, survivor_id, absorbed_id, evidence, decided_by, reason, merged_at
  from jsonb_to_recordset(%(merges)s) as m (merge_id uuid, survivor_id uuid, absorbed_id uuid, evidence jsonb,
                                            decided_by text, reason text, merged_at timestamptz)
"""
_ROOTS = "unnest(%(absorbed)s::uuid[], %(roots)s::uuid[]) as m (absorbed_id, root_id)"
_POINT = f"""
update app.property p set merged_into = m.root_id from {_ROOTS}
 where p.tenant_id = %(tenant_id)s and p.property_id = m.absorbed_id
"""  # noqa: S608 - constants
_FOLLOW = f"""
update app.property p set merged_into = m.root_id from {_ROOTS}
 where p.tenant_id = %(tenant_id)s and p.merged_into = m.absorbed_id
"""  # noqa: S608 - constants
# The trigger counts the version up: whoever holds the survivor's last state learns that it has changed.
_TOUCH = "update app.property set merged_into = merged_into where tenant_id = %s and property_id = any (%s)"
_CUT = """
update app.property_merge set unmerged_at = %(at)s, unmerged_by = %(by)s, unmerge_reason = %(reason)s
 where tenant_id = %(tenant_id)s and absorbed_id = %(absorbed_id)s and unmerged_at is null
returning merge_id, survivor_id
"""
_RELEASE = """
with recursive under as (
    select absorbed_id from app.property_merge
     where tenant_id = %(tenant_id)s and survivor_id = %(absorbed_id)s and unmerged_at is null
    union
    select m.absorbed_id from app.property_merge m join under u on m.survivor_id = u.absorbed_id
     where m.tenant_id = %(tenant_id)s and m.unmerged_at is null
)
update app.property
   set merged_into = case when property_id = %(absorbed_id)s then null else %(absorbed_id)s::uuid end
 where tenant_id = %(tenant_id)s
   and (property_id = %(absorbed_id)s or property_id in (select absorbed_id from under))
"""


class Merge(NamedTuple):
    """`absorbed_id` becomes part of `survivor_id`; `evidence` is what a person reads of why, as JSON values."""

    merge_id: UUID
    survivor_id: UUID
    absorbed_id: UUID
    evidence: Mapping[str, Any]
    decided_by: str
    reason: str
    merged_at: datetime


class Locked(NamedTuple):
    """A property whose row is locked until the transaction ends."""

    property_id: UUID
    created_at: datetime
    merged_into: UUID | None
    deleted_at: datetime | None

    @property
    def age(self) -> tuple[datetime, UUID]:
        """Sort key: the older of two is the smaller."""
        return self.created_at, self.property_id


def reserve(conn: Connection, tenant_id: UUID) -> None:
    """Keep every other merge, import and lead of the tenant out until the transaction ends.

    Call it first in a transaction that merges or brings many properties: two that each bring one side of a pair would
    both find nothing to compare with.
    """
    conn.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_MATCH_LOCKS, str(tenant_id)))


def join_in(conn: Connection, tenant_id: UUID) -> None:
    """Keep out only what calls `reserve`: single leads guard themselves from one another by finer locks."""
    conn.execute("select pg_advisory_xact_lock_shared(%s, hashtext(%s))", (_MATCH_LOCKS, str(tenant_id)))


def lock(conn: Connection, tenant_id: UUID, *property_ids: UUID) -> list[Locked]:
    """Lock the rows and return them in the order asked for; `NotFoundError` when the tenant lacks one of them."""
    rows = conn.execute(_LOCKED, (tenant_id, list(property_ids))).fetchall()
    found = {row["property_id"]: Locked(**row) for row in rows}
    for property_id in property_ids:
        if property_id not in found:
            raise NotFoundError(f"There is no property {property_id}.")
    return [found[property_id] for property_id in property_ids]


def absorb(conn: Connection, tenant_id: UUID, merge: Merge) -> None:
    """Merge two properties that both stand for themselves.

    Raises `InvalidInputError` for one and the same property, `NotFoundError` for one that the tenant lacks, and
    `ConflictError` when either is deleted or merged into another already.
    """
    if merge.survivor_id == merge.absorbed_id:
        raise InvalidInputError("A property cannot be merged into itself.", remedy="Name two properties.")
    for found in lock(conn, tenant_id, merge.survivor_id, merge.absorbed_id):
        if found.deleted_at is not None:
            raise ConflictError(f"Property {found.property_id} is deleted.", remedy="Take it in again first.")
        if found.merged_into is not None:
            raise ConflictError(
                f"Property {found.property_id} is merged into {found.merged_into} already.",
                remedy=f"Name {found.merged_into} instead, or unmerge the other first.",
            )
    absorb_all(conn, tenant_id, [merge])


def absorb_all(conn: Connection, tenant_id: UUID, merges: Sequence[Merge]) -> list[UUID]:
    """Merge many whose sides are known to stand for themselves, and return the survivors.

    Four statements, however many there are; what an absorbed property had absorbed goes along.
    """
    survivors = {merge.absorbed_id: merge.survivor_id for merge in merges}
    roots = [_root(merge.survivor_id, survivors) for merge in merges]
    values = {
        "tenant_id": tenant_id,
        "merges": Jsonb([_stored(merge) for merge in merges]),
        "absorbed": [merge.absorbed_id for merge in merges],
        "roots": roots,
    }
    for statement in (_INSERT, _FOLLOW, _POINT):
        conn.execute(statement, values)
    standing = sorted(set(roots))
    conn.execute(_TOUCH, (tenant_id, standing))
    return standing


def release(
    conn: Connection, tenant_id: UUID, survivor_id: UUID, absorbed_id: UUID, *, by: str, reason: str, at: datetime
) -> UUID:
    """Take a merge back and return its id: the absorbed property stands for itself again, with what it had absorbed.

    Raises `NotFoundError` for a property that the tenant lacks and `ConflictError` when the one is not merged into the
    other.
    """
    survivor, absorbed = lock(conn, tenant_id, survivor_id, absorbed_id)
    if absorbed.merged_into != survivor.property_id:
        raise ConflictError(
            f"Property {absorbed_id} is not merged into {survivor_id}.",
            remedy="GET /v1/properties/{property_id}/merges lists what a property has absorbed.",
        )
    values = {"tenant_id": tenant_id, "absorbed_id": absorbed_id, "at": at, "by": by, "reason": reason}
    cut = conn.execute(_CUT, values).fetchone()
    if cut is None:
        raise ConflictError(f"Property {absorbed_id} has no merge in force.", remedy="Report this: it is a fault.")
    conn.execute(_RELEASE, values)
    conn.execute(_TOUCH, (tenant_id, [survivor_id]))
    merge_id: UUID = cut["merge_id"]
    return merge_id


def _root(survivor_id: UUID, survivors: Mapping[UUID, UUID]) -> UUID:
    while survivor_id in survivors:
        survivor_id = survivors[survivor_id]
    return survivor_id


def _stored(merge: Merge) -> dict[str, Any]:
    ids = {name: str(getattr(merge, name)) for name in ("merge_id", "survivor_id", "absorbed_id")}
    return {**merge._asdict(), **ids, "merged_at": merge.merged_at.isoformat()}
