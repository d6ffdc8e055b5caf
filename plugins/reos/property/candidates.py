"""Properties that were just brought in, compared with what is known: one home is merged, a doubt is asked about.

The database finds the pairs worth comparing: same house number and folded street name (`address_block`), compatible
place, nothing that tells them apart at once. Most newcomers have none and cost an index look-up. Only the few blocks
with a pair are read and judged in Python.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from reos.address import Components, parse
from reos.address.compare import compare
from reos.core.clock import Clock
from reos.core.ids import NewId
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.property.matching import Finding, Findings, Home, Writing, evidence_of, match
from reos.property.merging import BY_RULE, Merge, absorb_all, reserve
from reos.property.review import Question, ask, close_joined, known_apart

__all__ = ["Settled", "reserve", "settle"]

_PLACE = "(b.zip5 = a.zip5 or (b.city = a.city and b.state = a.state))"
# The last word of a unit without leading zeros; two units that differ in it are two homes unless one says more words.
_TAIL = r"regexp_replace({}.unit, '^.*?0*([^ ]+)$', '\1')"
_APART_BY_UNIT = f"""
(a.unit is not null and b.unit is not null and {_TAIL.format("a")} <> {_TAIL.format("b")}
 and a.unit !~ ' .* ' and b.unit !~ ' .* ')
"""
# Where several units of a building are known, an address without one is the building and none of them.
_BUILDING = f"""
((a.unit is null) <> (b.unit is null)
 and (select count(distinct u.unit) from app.property u
       where u.tenant_id = %(tenant_id)s and u.address_block = a.address_block and u.deleted_at is null
         and {_PLACE.replace("b.", "u.")}) > 1)
"""  # noqa: S608 - constants
_GROUPS = f"""
with newcomer as materialized (
    select p.property_id, p.address_block, p.address_key, p.county_fips, p.apn_key, p.unit, p.zip5, p.city, p.state
      from app.property p {{chosen}}
     where p.tenant_id = %(tenant_id)s and p.address_block is not null and p.deleted_at is null
       and p.merged_into is null
), pair as materialized (
    select a.property_id, b.property_id as other_id
      from newcomer a join app.property b on b.tenant_id = %(tenant_id)s and b.address_block = a.address_block
     where b.property_id <> a.property_id and b.deleted_at is null and b.address_key is distinct from a.address_key
       and {_PLACE}
       and not (a.apn_key is not null and b.apn_key is not null and b.county_fips = a.county_fips)
       and not {_APART_BY_UNIT} and not {_BUILDING}
), near as (
    select distinct coalesce(b.merged_into, b.property_id) as home_id, b.address_block
      from (select property_id from pair union select other_id from pair) t
      join app.property a on a.tenant_id = %(tenant_id)s and a.property_id = t.property_id
      join app.property b on b.tenant_id = %(tenant_id)s and b.address_block = a.address_block
     where b.deleted_at is null and {_PLACE}
)
select h.property_id as home_id, h.created_at as since, m.address_block, m.property_id, m.address_line, m.unit, m.city,
       m.state, m.zip5, m.county_fips, m.apn_key, m.apn,
       exists (select from pair where pair.property_id = h.property_id) as is_new
  from near n
  join app.property h on h.tenant_id = %(tenant_id)s and h.property_id = n.home_id and h.deleted_at is null
  join app.property m on m.tenant_id = %(tenant_id)s and m.address_block = n.address_block
   and (m.property_id = h.property_id or m.merged_into = h.property_id) and m.deleted_at is null
 order by h.created_at, h.property_id, m.created_at, m.property_id
"""  # noqa: S608 - constants
_ARRIVED = sql.SQL(_GROUPS.format(chosen="join unnest(%(newcomers)s::uuid[]) as c (property_id) using (property_id)"))
_EVERY = sql.SQL(_GROUPS.format(chosen=""))
_WRITINGS = """
select property_id, address_line, unit, city, state, zip5, county_fips, apn_key, apn from app.property
 where tenant_id = %(tenant_id)s and (property_id = %(home_id)s or merged_into = %(home_id)s)
 order by merged_into is not null, created_at, property_id
"""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)  # where no age matters


@dataclass(frozen=True)
class Settled:
    """What became of newcomers: how many were merged and how many pairs were queued for a person.

    `survivors` names the survivor of each merged one, `asked` the candidates of each that a person has to look at.
    """

    merged: int = 0
    reviews: int = 0
    survivors: Mapping[UUID, UUID] = field(default_factory=dict)
    asked: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)

    def standing(self, property_id: UUID) -> UUID:
        """Return the property that now stands for `property_id`: its survivor, or itself."""
        while property_id in self.survivors:
            property_id = self.survivors[property_id]
        return property_id


def settle(
    conn: Connection,
    tenant_id: UUID,
    newcomers: Sequence[UUID] | None = None,
    *,
    clock: Clock,
    new_id: NewId,
    correlation_id: UUID | None = None,
) -> Settled:
    """Compare properties inserted in the caller's open transaction with all others; None compares every property.

    Call it last, after the caller's own events, in a transaction that began with `reserve` (or holds the leads' locks):
    it appends `property.merged`. What was decided before, either way, is left as it is.
    """
    values = {"tenant_id": tenant_id, "newcomers": None if newcomers is None else list(newcomers)}
    rows = conn.execute(_EVERY if newcomers is None else _ARRIVED, values).fetchall()
    if not rows:
        return Settled()
    found = _judge(conn, tenant_id, rows)
    at = clock.now()
    merges = [
        Merge(new_id(), each.survivor_id, each.newcomer_id, each.evidence, BY_RULE, each.reason, at)
        for each in found.merges
    ]
    if merges:
        homes = absorb_all(conn, tenant_id, merges)
        close_joined(conn, tenant_id, homes, by=BY_RULE, note="Merged by rule.", at=at)
    asked = ask(conn, tenant_id, [_question(each, new_id) for each in found.questions], at)
    append(conn, [merged(tenant_id, each, correlation_id or new_id()) for each in merges], new_id=new_id)
    pending: dict[UUID, list[UUID]] = defaultdict(list)
    for property_id, candidate_id in asked:
        pending[property_id].append(candidate_id)
    survivors = {each.absorbed_id: each.survivor_id for each in merges}
    return Settled(len(merges), len(asked), survivors, dict(pending))


def compare_homes(conn: Connection, tenant_id: UUID, property_id: UUID, candidate_id: UUID) -> dict[str, Any]:
    """Return the evidence on two homes as it is stored; one that does not exist has no writings in it."""
    one, other = (_home(conn, tenant_id, home_id) for home_id in (property_id, candidate_id))
    left, right = (side.writings[0].address if side.writings else Components() for side in (one, other))
    return evidence_of(one, other, compare(left, right))


def merged(tenant_id: UUID, merge: Merge, correlation_id: UUID, *, user_id: UUID | None = None) -> NewEvent:
    """Return the event that tells a merge, under the survivor."""
    payload = {
        "survivor_id": str(merge.survivor_id),
        "absorbed_id": str(merge.absorbed_id),
        "merge_id": str(merge.merge_id),
        "decided_by": merge.decided_by,
        "reason": merge.reason,
        "evidence": merge.evidence,
    }
    return NewEvent(
        EventType.PROPERTY_MERGED,
        tenant_id,
        merge.survivor_id,
        payload,
        correlation_id,
        source="discovery",
        user_id=user_id,
    )


def _judge(conn: Connection, tenant_id: UUID, rows: Sequence[Mapping[str, Any]]) -> Findings:
    """Judge block by block; a home that is absorbed in one block takes no part in the next."""
    apart = known_apart(conn, tenant_id, [row["property_id"] for row in rows])
    blocks: dict[str, dict[UUID, Home]] = defaultdict(dict)
    for row in rows:
        homes = blocks[row["address_block"]]
        home = homes.setdefault(row["home_id"], Home(row["home_id"], row["since"], [], is_new=row["is_new"]))
        home.writings.append(_writing(row))
    found = Findings()
    gone: set[UUID] = set()
    for homes in blocks.values():
        of_block = match([home for home in homes.values() if home.home_id not in gone], apart)
        gone |= {each.newcomer_id for each in of_block.merges}
        found.merges += of_block.merges
        found.questions += of_block.questions
    return found


def _home(conn: Connection, tenant_id: UUID, home_id: UUID) -> Home:
    rows = conn.execute(_WRITINGS, {"tenant_id": tenant_id, "home_id": home_id})
    return Home(home_id, _LONG_AGO, [_writing(row) for row in rows])


def _writing(row: Mapping[str, Any]) -> Writing:
    address = parse(
        row["address_line"] or "",
        unit=row["unit"] or "",
        city=row["city"] or "",
        state=row["state"] or "",
        zip_code=row["zip5"] or "",
    )
    parcel = (row["county_fips"], row["apn_key"]) if row["apn_key"] else None
    return Writing(row["property_id"], address.components, address.normalised, parcel, row["apn"])


def _question(finding: Finding, new_id: NewId) -> Question:
    return Question(new_id(), finding.newcomer_id, finding.survivor_id, finding.evidence, finding.reason)
