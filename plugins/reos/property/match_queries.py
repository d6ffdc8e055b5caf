"""Reading what was matched: the review queue with both sides side by side, and the merges of a property, as JSON."""

from datetime import datetime
from uuid import UUID

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


def page(status: str | None, limit: int, after: tuple[datetime, UUID] | None = None) -> Query:
    """Query one page of the queue, oldest question first: columns `items`, and `next_at` and `next_id` if more follow.

    Open ones with a deleted side are left out.

    `after` is when the last row of the page before was opened, and its id.
    """
    args: list[object] = [limit]
    clauses = [_ANSWERABLE]
    if status is not None:
        args.append(status)
        clauses.append(f"r.status = ${len(args)}")
    if after is not None:
        args.extend(after)
        clauses.append(f"(r.opened_at, r.review_id) > (${len(args) - 1}::timestamptz, ${len(args)}::uuid)")
    return Query(
        f"""
        with page as (
          select r.review_id, r.opened_at, row_number() over (order by r.opened_at, r.review_id) as position,
                 count(*) over () as read
            from (select * from app.match_review r where {" and ".join(clauses)}
                   order by r.opened_at, r.review_id limit $1::int + 1) r
        )
        select coalesce(json_agg((select to_json(x) from (select {_REVIEW}) x) order by n.position)
                          filter (where n.position <= $1::int), '[]')::text as items,
               max(n.opened_at) filter (where n.position = $1::int and n.read > $1::int) as next_at,
               (array_agg(n.review_id) filter (where n.position = $1::int and n.read > $1::int))[1] as next_id
          from page n join app.match_review r using (review_id)
        """,  # noqa: S608 (constants)
        tuple(args),
    )


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
