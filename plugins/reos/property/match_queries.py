"""Reading what was matched: the review queue with both sides side by side, and the merges of a property, as JSON."""

from datetime import datetime
from uuid import UUID

from reos.property.moment_list import MomentList
from reos.property.queries import Query

_SIDE = """
select p.property_id, p.merged_into, p.apn, p.county_fips, p.address_line as address, p.unit, p.city, p.state,
       p.zip5 as zip, p.latitude, p.longitude, p.stage, p.source, p.created_at, p.deleted_at
"""
_REVIEW = f"""
r.review_id, r.status, r.reason, r.opened_at, r.decided_at, r.decided_by, r.note,
(select to_json(s) from ({_SIDE} from app.property p where p.property_id = r.property_id) s) as property,
(select to_json(s) from ({_SIDE} from app.property p where p.property_id = r.candidate_id) s) as candidate
"""  # noqa: S608 (constants)

# A question about a property that was deleted waits until it comes back: the undo of an import deletes many at once.
_ANSWERABLE = """(r.status <> 'open' or not exists (
  select from app.property p where p.property_id in (r.property_id, r.candidate_id) and p.deleted_at is not null))"""


_QUEUE = MomentList("app.match_review", "opened_at", "review_id", _REVIEW, where=_ANSWERABLE)


def page(status: str | None, limit: int, after: tuple[datetime, UUID] | None = None) -> Query:
    """Query one page of the queue, oldest question first, as `MomentList.page` does.

    Open ones with a deleted side are left out.
    """
    return _QUEUE.page([("r.status = {}", status)], limit, after)


def review(review_id: UUID) -> Query:
    """Query one pair with its evidence as JSON text."""
    return Query(
        f"select to_json(x)::text from (select {_REVIEW}, r.evidence from app.match_review r where r.review_id = $1) x",  # noqa: S608 (constants)
        (review_id,),
    )


def merges(property_id: UUID) -> Query:
    """Query what a property has absorbed or was absorbed by, newest first, as JSON text; null for no such property."""
    return Query(
        """
        select json_build_object('items', (
          select coalesce(json_agg(to_json(m) order by m.merged_at desc, m.merge_id desc), '[]') from (
            select m.merge_id, m.survivor_id, m.absorbed_id, m.decided_by, m.reason, m.merged_at, m.unmerged_at,
                   m.unmerged_by, m.unmerge_reason, a.address_line as absorbed_address, a.apn as absorbed_apn,
                   m.evidence
              from app.property_merge m join app.property a on a.property_id = m.absorbed_id
             where m.survivor_id = $1 or m.absorbed_id = $1 or a.merged_into = $1) m))::text
         where exists (select from app.property where property_id = $1 and deleted_at is null)
        """,
        (property_id,),
    )
