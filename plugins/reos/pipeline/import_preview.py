"""The report of a dry run: what publishing a staged batch would do, computed by SQL before anything is written.

It follows the rules of `property.bulk` without its writes. What it cannot know is what leads and other imports bring
between now and then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from reos.connectors.contract import Connector
from reos.core.clock import Clock
from reos.core.errors import ConflictError
from reos.core.settings import get_settings
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline import import_batch
from reos.pipeline.enrich_facts import required_facts
from reos.pipeline.enrich_fetch import Sources
from reos.pipeline.import_batch import Batch, Rejection, Status
from reos.pipeline.import_estimate import SourceCost, estimate
from reos.property import bulk
from reos.property.bulk_sql import NAMED, NO_PARCEL_THERE, at_address

_SHOWN_ROWS = 1000

# `at_address`: parcels of the file at the address. `outcome`: new, attached, known, shared, or same as a parcel's row.
_LEADS = """
create temporary table preview_lead on commit drop as
select distinct on (r.identity) r.identity, r.tenant_id, r.county_fips, r.apn, r.apn_key, r.address_key,
       r.address_block, r.address_line, r.city, r.state, r.zip5, null::uuid as holder_id, null::text as outcome,
       false as enriched
  from app.import_row r where r.tenant_id = %(tenant_id)s and r.batch_id = %(batch_id)s
 order by r.identity, (r.address_key is null), r.line
"""
_PARCELS = """
update preview_lead l set holder_id = p.property_id, outcome = 'known', enriched = p.stage <> 'discovered'
  from app.property p
 where l.apn_key is not null and p.tenant_id = l.tenant_id and p.county_fips = l.county_fips and p.apn_key = l.apn_key
"""
_ATTACHED = f"""
update preview_lead l set holder_id = p.property_id, outcome = 'known', enriched = p.stage <> 'discovered'
  from app.property p
 where l.outcome is null and l.apn_key is not null and l.address_block is not null
   and p.tenant_id = l.tenant_id and p.address_key = l.address_key and p.apn_key is null and p.merged_into is null
   and {NO_PARCEL_THERE}
   and (select count(*) from preview_lead o where o.address_key = l.address_key and o.apn_key is not null) = 1
"""  # noqa: S608 - constants
_NAMED = f"""
update preview_lead l set holder_id = p.property_id, outcome = 'known', enriched = p.stage <> 'discovered'
  from ({NAMED.replace("lead_parcel", "preview_lead")}) n join app.property p using (property_id)
 where n.identity = l.identity and l.outcome is null and p.tenant_id = l.tenant_id
"""  # noqa: S608 - constants
_INDEX = "create index on preview_lead (address_key)"
_ADDRESSES = f"""
with place as (
    select l.identity, d.places, d.alone, d.holder_id, d.enriched, f.parcels, f.fresh
      from preview_lead l cross join lateral (
           select count(distinct coalesce(o.merged_into, o.property_id)) as places,
                  count(*) filter (where o.apn_key is null and not exists (
                      select from preview_lead t where t.address_key = l.address_key and t.holder_id = o.property_id
                         and t.apn_key is not null)) as alone,
                  (array_agg(o.property_id order by o.apn_key is not null, o.property_id))[1] as holder_id,
                  (array_agg(o.stage <> 'discovered' order by o.apn_key is not null, o.property_id))[1] as enriched
             from {at_address("l.address_key", "l.tenant_id")}) d
      cross join lateral (
           select count(*) as parcels, count(*) filter (where o.outcome is null) as fresh
             from preview_lead o where o.address_key = l.address_key and o.apn_key is not null) f
     where l.apn_key is null
)
update preview_lead l
   set holder_id = p.holder_id, enriched = coalesce(p.enriched, false),
       outcome = case when p.alone = 1 then 'known' when p.places + p.fresh = 0 then 'new'
                      when p.places + p.fresh > 1 then 'shared' when p.parcels > 0 then 'parcel' else 'known' end
  from place p where p.identity = l.identity
"""  # noqa: S608 - constants
# What an undo removed, its file brings back.
_RESTORED = """
update preview_lead l set outcome = 'new'
  from app.property p
 where l.outcome = 'known' and p.tenant_id = l.tenant_id and p.property_id = l.holder_id and p.deleted_at is not null
   and exists (select from app.import_batch b where b.tenant_id = l.tenant_id and b.undone_at = p.deleted_at)
"""
_NEW = "update preview_lead set outcome = 'new' where outcome is null"
_COUNTS = """
select (select count(*) from preview_lead where outcome = 'new') as new,
       (select count(distinct holder_id) from preview_lead where outcome = 'known') as known,
       (select count(*) from preview_lead l join app.import_row r
            on r.tenant_id = l.tenant_id and r.batch_id = %(batch_id)s and r.identity = l.identity
         where l.outcome = 'shared' and not exists (
               select from app.import_rejection x
                where x.tenant_id = l.tenant_id and x.batch_id = %(batch_id)s and x.line = r.line)) as shared,
       (select count(*) from preview_lead l join app.import_row r
            on r.tenant_id = l.tenant_id and r.batch_id = %(batch_id)s and r.identity = l.identity
          join raw.import_record o on o.tenant_id = l.tenant_id and o.property_id = l.holder_id
           and o.record_key = r.record_key
         where l.outcome = 'known' and o.body_sha256 <> r.body_sha256 and o.logical_date <= %(logical_date)s
           and not exists (select from app.import_rejection x where x.tenant_id = l.tenant_id
                              and x.batch_id = %(batch_id)s and x.line = r.line)) as changing
"""
_TOLD = """
select count(*) filter (where same) as duplicate, count(*) filter (where not same) as conflicting
  from (select distinct on (r.line) r.line, o.body_sha256 = r.body_sha256 as same
          from preview_lead l
          join preview_lead t on t.address_key = l.address_key and t.apn_key is not null
          join app.import_row r on r.tenant_id = l.tenant_id and r.batch_id = %(batch_id)s and r.identity = l.identity
          join app.import_row o on o.tenant_id = l.tenant_id and o.batch_id = %(batch_id)s and o.identity = t.identity
           and o.record_key = r.record_key
         where l.outcome = 'parcel' and not exists (
               select from app.import_rejection x where x.tenant_id = l.tenant_id and x.batch_id = %(batch_id)s
                  and x.line = r.line)
         order by r.line, o.line) d
"""
_KINDS = """
select kind, count(*) as n from app.import_rejection
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s group by kind
"""
_GROUPS = """
select count(*) as properties, min(county_fips) as county_fips, min(apn) as apn, min(address_line) as address_line,
       min(city) as city, min(state) as state, min(zip5) as zip5, facts
  from (select l.*, array(select distinct k.fact from app.import_row r cross join unnest(%(facts)s::text[]) as k (fact)
                           where r.tenant_id = l.tenant_id and r.batch_id = %(batch_id)s and r.identity = l.identity
                             and r.body ? k.fact order by k.fact) as facts
          from preview_lead l where l.outcome = 'new' or (l.outcome = 'known' and not l.enriched)) f
 group by county_fips is null, apn is null, address_line is null, city is null, state is null, zip5 is null, facts
"""


@dataclass(frozen=True)
class Preview:
    """What publishing would do. `new`, `known` count properties, the others rows of the file.

    `changing` rows would replace what an older file said; `duplicate` and `conflicting` ones say again, or otherwise,
    what another row of the file says; the address of `shared` ones is that of several parcels. `cost_microusd` is at
    most what enriching these properties would cost.
    """

    batch: Batch
    rows: int
    new: int
    known: int
    changing: int
    duplicate: int
    conflicting: int
    shared: int
    invalid: int
    rejected: list[Rejection]
    costs: tuple[SourceCost, ...]

    @property
    def cost_microusd(self) -> int:
        """Return the sum over all sources."""
        return sum(line.cost_microusd for line in self.costs)


def preview(
    conn: Connection,
    tenant_id: UUID,
    batch_id: UUID,
    *,
    clock: Clock,
    sources: Mapping[str, Connector] | None = None,
) -> Preview:
    """Report on a staged batch; `conn` is an idle connection of reos_pipeline, `sources` default to those configured.

    Raises `NotFoundError`, or `ConflictError` when the batch is not staged (its rows are gone, or not all there yet).
    """
    batch = import_batch.batch(conn, tenant_id, batch_id)
    if batch.status is not Status.STAGED:
        raise ConflictError(f"The import {batch_id} is {batch.status}, not staged.", remedy="Stage the file first.")
    params = {
        "tenant_id": tenant_id,
        "batch_id": batch_id,
        "logical_date": batch.logical_date,
        "facts": list(required_facts()),
    }
    with tenant_transaction(conn, tenant_id):
        bulk.plan_afresh(conn)
        for statement in (
            _LEADS,
            _INDEX,
            "analyze preview_lead",
            _PARCELS,
            _ATTACHED,
            _NAMED,
            _ADDRESSES,
            _RESTORED,
            _NEW,
        ):
            conn.execute(statement, params)
        counts = conn.execute(_COUNTS, params).fetchone() or {}
        told = conn.execute(_TOLD, params).fetchone() or {}
        kinds = {row["kind"]: row["n"] for row in conn.execute(_KINDS, params)}
        groups = conn.execute(_GROUPS, params).fetchall()
    return Preview(
        batch=batch,
        rows=batch.rows,
        **counts,
        duplicate=kinds.get("duplicate", 0) + told["duplicate"],
        conflicting=kinds.get("conflict", 0) + told["conflicting"],
        invalid=kinds.get("invalid", 0),
        rejected=import_batch.rejections(conn, tenant_id, batch_id, limit=_SHOWN_ROWS),
        costs=tuple(_costs(groups, sources, clock)),
    )


def _costs(groups: list[dict[str, object]], sources: Mapping[str, Connector] | None, clock: Clock) -> list[SourceCost]:
    if sources is not None:
        return estimate(groups, sources, clock)
    with Sources(get_settings(), clock) as configured:
        return estimate(groups, configured.connectors, clock)
