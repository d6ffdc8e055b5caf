"""Announce scores: an event for each property whose inputs differ from those last announced; its stage moves forward.

A property that discovery announced waits for enrichment's word (enriched or failed), so that no memo is made of half
the facts; its score is in the marts meanwhile. One that is deleted or merged into another has no score to wait for.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db.connection import Connection, transaction
from reos.events import EventType, NewEvent, append

BATCH = 2_000  # readers of the log wait while a batch is written, so it takes well under a second

_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('reos'), hashtext('publish_scores'))"
# Takes from the queue what may be announced, and returns what has to be. The queue goes from empty to full between two
# looks of the planner, so every step is one that is right for any size: rows are deleted by key, and OFFSET 0 keeps a
# property's few events from being sought among all events of a subject.
_CLAIM = """
with queued as (
  select tenant_id, property_id, array_agg(dirty_id) as dirty_ids
    from app.dirty_property where model = 'property.scored' group by tenant_id, property_id
),
heard as (
  select q.tenant_id, q.property_id, q.dirty_ids, e.event_id, e.correlation_id
    from queued q
    cross join lateral (
      select max(l.seq) filter (where l.subject = 'event.enrichment.features') as enriched,
             max(l.seq) filter (where l.subject = 'event.discovery.intake') as discovered
        from (select * from app.event_log a
               where a.tenant_id = q.tenant_id and a.property_id = q.property_id offset 0) l
    ) told
    left join app.event_log e on e.seq = told.enriched
   where told.enriched is not null or told.discovered is null
      or exists (select from app.property gone
                  where gone.tenant_id = q.tenant_id and gone.property_id = q.property_id
                    and (gone.deleted_at is not null or gone.merged_into is not null))
   limit %(batch)s
),
drained as (
  delete from app.dirty_property where dirty_id in (select unnest(h.dirty_ids) from heard h)
)
select h.tenant_id, h.property_id, h.event_id as causation_id, h.correlation_id, f.score, f.score_version,
       f.inputs_hash, p.score_version as published_version, before.score as previous_score, why.reasons,
       f.inputs_hash is not null and decode(f.inputs_hash, 'hex') is distinct from p.inputs_hash as is_new
  from heard h
  left join marts.fct_property_score f on f.tenant_id = h.tenant_id and f.property_id = h.property_id
  left join app.published_score p on p.tenant_id = h.tenant_id and p.property_id = h.property_id
  left join marts.fct_property_score_history before
    on before.tenant_id = h.tenant_id and before.property_id = h.property_id
   and before.score_version = p.score_version
  left join lateral (
    select jsonb_agg(
             jsonb_build_object(
               'code', r.reason_code, 'component', r.component, 'points', r.points, 'max_points', r.max_points,
               'input_value', r.input_value, 'missing', r.missing
             ) order by r.component_code
           ) as reasons
      from marts.property_score_reason r
     where r.tenant_id = h.tenant_id and r.property_id = h.property_id
  ) why on true
 order by h.tenant_id, h.property_id
"""
_REMEMBER = """
insert into app.published_score (tenant_id, property_id, score_version, inputs_hash, event_id, published_at)
select n.tenant_id, n.property_id, n.score_version, decode(n.inputs_hash, 'hex'), n.event_id, %(at)s
  from unnest(%(tenants)s::uuid[], %(properties)s::uuid[], %(versions)s::int[], %(hashes)s::text[], %(events)s::uuid[])
       as n (tenant_id, property_id, score_version, inputs_hash, event_id)
on conflict (tenant_id, property_id) do update
   set score_version = excluded.score_version, inputs_hash = excluded.inputs_hash, event_id = excluded.event_id,
       published_at = excluded.published_at
 where excluded.score_version > app.published_score.score_version
"""
_FORWARD = """
update app.property p set stage = 'scored'
  from unnest(%(tenants)s::uuid[], %(properties)s::uuid[]) as n (tenant_id, property_id)
 where p.tenant_id = n.tenant_id and p.property_id = n.property_id and p.stage in ('discovered', 'enriched')
"""


def publish_scores(conn: Connection, *, clock: Clock, new_id: NewId = new_id, batch: int = BATCH) -> int:
    """Announce every score that waits, in transactions of `batch` properties, and return how many were new.

    `conn` is an autocommit connection of `reos_pipeline`. Each event continues the journey of the property's newest
    enrichment event; its payload holds score, version, inputs hash, reasons that sum to the score, previous score.
    """
    published = 0
    if not _waits(conn):
        return 0
    while True:
        with transaction(conn):
            conn.execute(_ONE_AT_A_TIME)
            claimed = conn.execute(_CLAIM, {"batch": batch}).fetchall()
            fresh = [row for row in claimed if row["is_new"]]
            if fresh:
                _announce(conn, fresh, clock, new_id)
        published += len(fresh)
        if len(claimed) < batch:
            return published


def _waits(conn: Connection) -> bool:
    row = conn.execute(
        "select exists (select from app.dirty_property where model = 'property.scored') as found"
    ).fetchone()
    return bool(row and row["found"])


def _announce(conn: Connection, rows: list[dict[str, Any]], clock: Clock, new_id: NewId) -> None:
    ids = [new_id() for _ in rows]
    columns = {
        "tenants": [row["tenant_id"] for row in rows],
        "properties": [row["property_id"] for row in rows],
        "versions": [row["score_version"] for row in rows],
        "hashes": [row["inputs_hash"] for row in rows],
        "events": ids,
        "at": clock.now(),
    }
    conn.execute(_REMEMBER, columns)
    conn.execute(_FORWARD, columns)
    numbered = iter(ids)
    append(conn, [_event(row, new_id) for row in rows], new_id=lambda: next(numbered))


def _event(row: Mapping[str, Any], new_id: NewId) -> NewEvent:
    correlation_id: UUID = row["correlation_id"] or new_id()
    return NewEvent(
        event_type=EventType.PROPERTY_SCORED,
        tenant_id=row["tenant_id"],
        property_id=row["property_id"],
        payload={
            "score": row["score"],
            "score_version": row["score_version"],
            "inputs_hash": row["inputs_hash"],
            "reasons": row["reasons"],
            "previous_score": row["previous_score"],
        },
        correlation_id=correlation_id,
        causation_id=row["causation_id"],
        source="scoring",
    )
