"""What a resolved chunk leaves behind: its refused rows and its records in `raw`, in that order.

Works on `lead_parcel` of `property.bulk`. Records stay with the property that has the row's key, merged or not, so that
an unmerge finds them. A record that is there already is not touched; a newer file may replace what an older one said,
never the other way round, and what it replaced is noted for the undo.
"""

from collections.abc import Mapping
from typing import Any

from reos.db.connection import Connection
from reos.pipeline.lead_row import ROLL
from reos.property.bulk import ADDRESSES

_OF_LEADS = """
app.import_row r on r.tenant_id = l.tenant_id and r.batch_id = %(batch_id)s and r.identity = l.identity
"""
_REFUSE_SHARED = f"""
insert into app.import_rejection (tenant_id, batch_id, line, kind, reason, row_data)
select %(tenant_id)s, %(batch_id)s, r.line, 'shared', 'Several parcels share this address; give the APN.', r.body
  from lead_parcel l join {_OF_LEADS} where l.outcome = 'shared'
on conflict do nothing
"""  # noqa: S608 - constants
# A row that names a parcel counts before one that names its address only, and is published before it.
_REFUSE_TOLD = f"""
with told as (
    select distinct on (r.line) r.line, r.body, o.line as first_line, o.body_sha256 = r.body_sha256 as same
      from lead_parcel l
      join app.property p on p.tenant_id = l.tenant_id and p.property_id = l.holder_id and p.apn_key is not null
      join {_OF_LEADS}
      join app.import_row o on o.tenant_id = %(tenant_id)s and o.batch_id = %(batch_id)s
       and o.identity = p.county_fips || ':' || p.apn_key and o.record_key = r.record_key
     order by r.line, o.line
)
insert into app.import_rejection (tenant_id, batch_id, line, kind, reason, row_data)
select %(tenant_id)s, %(batch_id)s, line, case when same then 'duplicate' else 'conflict' end,
       case when same then 'duplicate: says the same as line ' else 'conflict: contradicts line ' end || first_line,
       body
  from told
on conflict do nothing
"""  # noqa: S608 - constants
_GIVEN = f"""
lead_parcel l join {_OF_LEADS}
 where l.holder_id is not null
   and not exists (select from app.import_rejection x
                    where x.tenant_id = %(tenant_id)s and x.batch_id = %(batch_id)s and x.line = r.line)
"""
# Of a property that this very statement's chunk created, all records are the batch's own and need no note.
_NOTE = f"""
insert into app.import_change (tenant_id, batch_id, property_id, what, detail)
select %(tenant_id)s, %(batch_id)s, g.holder_id, 'record ' || g.record_key, s.record
  from (select l.tenant_id, l.holder_id, r.record_key, r.body_sha256 from {_GIVEN} and l.outcome <> 'created') g
  left join lateral (
       select o.logical_date, o.body_sha256, to_jsonb(o) - array['tenant_id', 'raw_id', 'property_id'] as record
         from raw.import_record o
        where o.tenant_id = g.tenant_id and o.property_id = g.holder_id and o.record_key = g.record_key limit 1) s
    on true
 where s.record is null or (s.body_sha256 <> g.body_sha256 and s.logical_date <= %(logical_date)s)
on conflict do nothing
"""  # noqa: S608 - constants
_LAND = f"""
with given as materialized (
    select r.line, r.record_key, r.body, r.body_sha256, l.holder_id from {_GIVEN}
), landed as (
    insert into raw.import_record as stored
           (tenant_id, property_id, logical_date, fetched_at, licence, body, body_sha256, batch_id, line, profile,
            record_key)
    select %(tenant_id)s, holder_id, %(logical_date)s, %(at)s, %(licence)s, body, body_sha256, %(batch_id)s,
           line, %(profile)s, record_key
      from given order by line
    on conflict (tenant_id, property_id, record_key) do update
       set logical_date = excluded.logical_date, fetched_at = excluded.fetched_at, licence = excluded.licence,
           body = excluded.body, body_sha256 = excluded.body_sha256, batch_id = excluded.batch_id, line = excluded.line,
           profile = excluded.profile
     where stored.body_sha256 <> excluded.body_sha256 and stored.logical_date <= excluded.logical_date
    returning property_id, (xmax = 0) as added
), changed as (
    update lead_parcel l set outcome = 'updated'
      from (select distinct property_id from landed) n
     where n.property_id = l.holder_id and l.outcome = 'known'
)
select (select count(*) from landed where added) as added, (select count(*) from landed where not added) as changed,
       (select count(*) from given where record_key <> %(roll)s) as sales
"""  # noqa: S608 - constants
_COUNTS = """
select count(*) filter (where outcome = 'created') as created,
       count(distinct holder_id) filter (where outcome in ('known', 'updated') and not exists (
           select from app.property p join app.import_row o on o.identity = p.county_fips || ':' || p.apn_key
            where %(addresses)s and p.tenant_id = l.tenant_id and p.property_id = l.holder_id
              and o.tenant_id = %(tenant_id)s and o.batch_id = %(batch_id)s)) as known
  from lead_parcel l
"""
_ADD = """
update app.import_batch
   set step_key = %(upto)s, created = created + %(created)s, known = known + %(known)s, sales = sales + %(sales)s,
       records_added = records_added + %(added)s, records_changed = records_changed + %(changed)s,
       rejected = rejected + %(refused)s
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
"""


def land(conn: Connection, params: Mapping[str, Any]) -> None:
    """Write refused rows and records of the resolved chunk, and add it to its batch, whose step has reached `upto`.

    `params` describes the import and the chunk. What became of the properties is told later, by `import_telling`.
    """
    addresses = params["upto"] >= ADDRESSES
    refused = 0
    if addresses:
        refused += conn.execute(_REFUSE_SHARED, params).rowcount
        refused += conn.execute(_REFUSE_TOLD, params).rowcount
    conn.execute(_NOTE, params)
    landed = conn.execute(_LAND, {**params, "roll": ROLL}).fetchone() or {}
    counts = conn.execute(_COUNTS, {**params, "addresses": addresses}).fetchone() or {}
    conn.execute(_ADD, {**params, **counts, **landed, "refused": refused})
