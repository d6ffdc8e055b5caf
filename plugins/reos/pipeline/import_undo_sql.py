"""The statements of `import_undo`, in the order in which it runs them, over the temporary table `undo_property`."""

from psycopg import sql

_FILLED = (
    *("address_raw", "address_line", "unit", "city", "state", "zip5", "zip4", "address_key", "address_block"),
    *("latitude", "longitude"),
)

BEGIN = """
update app.import_batch
   set status = 'undoing', undone_at = coalesce(undone_at, %(at)s), step = 'undo',
       step_key = case when status = 'undoing' then step_key else '' end
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
"""
BOUND = """
select property_id::text as upto
  from (select property_id from app.import_change
         where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
           and property_id > coalesce(nullif(%(after)s, ''), '00000000-0000-0000-0000-000000000000')::uuid
         order by property_id limit %(limit)s) next
 order by property_id desc limit 1
"""
LOAD = """
create temporary table undo_property on commit drop as
select property_id, tenant_id, bool_or(what = 'created') as created, null::text as reason, array[]::text[] as changed
  from app.import_change
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s and property_id <= %(upto)s::uuid
   and property_id > coalesce(nullif(%(after)s, ''), '00000000-0000-0000-0000-000000000000')::uuid
 group by property_id, tenant_id
"""

MARK_USED = """
with locked as materialized (
    select p.property_id, p.stage from undo_property u
      join app.property p on p.tenant_id = u.tenant_id and p.property_id = u.property_id
     where u.created order by p.property_id for update of p
)
update undo_property u
   set reason = case
       when exists (select from raw.import_record o where o.tenant_id = u.tenant_id and o.property_id = u.property_id
                       and o.batch_id <> %(batch_id)s) then 'another import says something about it'
       when l.stage in ('documented', 'contacted') then 'it is ' || l.stage
       when exists (select from app.memo o where o.tenant_id = u.tenant_id and o.property_id = u.property_id)
           then 'it has a memo'
       when exists (select from app.event_log o where o.tenant_id = u.tenant_id and o.property_id = u.property_id
                       and o.event_type = 'property.updated' and o.metadata ->> 'source' not like 'import:%%')
           then 'somebody else has added to it'
       when exists (select from app.property o where o.tenant_id = u.tenant_id and o.merged_into = u.property_id
                       and o.deleted_at is null and not exists (
                           select from app.import_change c where c.tenant_id = u.tenant_id
                              and c.property_id = o.property_id and c.batch_id = %(batch_id)s and c.what = 'created'))
           then 'another property was merged into it'
       end
  from locked l where l.property_id = u.property_id
"""
RESTORE_RECORDS = """
with former as (
    select u.tenant_id, u.property_id, r.*
      from undo_property u
      join app.import_change c on c.tenant_id = u.tenant_id and c.batch_id = %(batch_id)s
       and c.property_id = u.property_id and c.what like 'record %%' and c.detail is not null
      cross join lateral jsonb_to_record(c.detail) as r (
           logical_date date, fetched_at timestamptz, licence text, body jsonb, body_sha256 text, batch_id uuid,
           line integer, profile text, record_key text)
), restored as (
    update raw.import_record s
       set logical_date = f.logical_date, fetched_at = f.fetched_at, licence = f.licence, body = f.body,
           body_sha256 = f.body_sha256::bytea, batch_id = f.batch_id, line = f.line, profile = f.profile
      from former f
     where s.tenant_id = f.tenant_id and s.property_id = f.property_id and s.record_key = f.record_key
       and s.batch_id = %(batch_id)s
    returning s.property_id
), marked as (
    update undo_property u set changed = changed || array['records']
     where property_id in (select property_id from restored)
)
insert into app.dirty_property (model, tenant_id, property_id)
select 'int_property__resolved', %(tenant_id)s, property_id from restored
"""
REMOVE_RECORDS = """
with removed as (
    delete from raw.import_record s using undo_property u
     where s.tenant_id = u.tenant_id and s.property_id = u.property_id and s.batch_id = %(batch_id)s
    returning s.property_id
), marked as (
    update undo_property u set changed = array_append(array_remove(changed, 'records'), 'records')
     where property_id in (select property_id from removed)
)
insert into app.dirty_property (model, tenant_id, property_id)
select 'int_property__resolved', %(tenant_id)s, property_id from removed
"""
# What a later import replaced of this one now stands for what this one had replaced.
RELINK = """
update app.import_change later
   set detail = (select own.detail from app.import_change own
                  where own.tenant_id = later.tenant_id and own.batch_id = %(batch_id)s
                    and own.property_id = later.property_id and own.what = later.what)
  from undo_property u
 where later.tenant_id = u.tenant_id and later.property_id = u.property_id and later.what like 'record %%'
   and later.detail ->> 'batch_id' = %(batch_id)s::text
   and later.batch_id in (select b.batch_id from app.import_batch b
                           where b.tenant_id = %(tenant_id)s and b.batch_id > %(batch_id)s)
"""
EMPTY_FILLED = sql.SQL("""
with reverted as (
    update app.property p set {}
      from undo_property u
      join app.import_change c on c.tenant_id = u.tenant_id and c.batch_id = %(batch_id)s
       and c.property_id = u.property_id and c.what = 'filled'
     where p.tenant_id = u.tenant_id and p.property_id = u.property_id and to_jsonb(p) @> c.detail
       and (u.created is false or u.reason is not null) and (p.apn_key is not null or not c.detail ? 'address_key')
    returning p.property_id
), outcome as (
    update app.import_change c set outcome = 'undone' from reverted r
     where c.tenant_id = %(tenant_id)s and c.batch_id = %(batch_id)s and c.property_id = r.property_id
       and c.what = 'filled'
)
update undo_property u set changed = changed || array['address'] from reverted r where r.property_id = u.property_id
""").format(
    sql.SQL(", ").join(
        sql.SQL("{0} = case when c.detail ? {1} then null else p.{0} end").format(
            sql.Identifier(name), sql.Literal(name)
        )
        for name in _FILLED
    )
)
# A number that a county was asked by stays.
DETACH = """
with reverted as (
    update app.property p
       set county_fips = c.detail ->> 'county_fips', apn = null, apn_key = null, apn_hash = null
      from undo_property u
      join app.import_change c on c.tenant_id = u.tenant_id and c.batch_id = %(batch_id)s
       and c.property_id = u.property_id and c.what = 'attached'
     where p.tenant_id = u.tenant_id and p.property_id = u.property_id and p.apn_key = c.detail ->> 'apn_key'
       and p.address_key is not null
       and not exists (select from raw.county_assessor_parcel o
                        where o.tenant_id = u.tenant_id and o.property_id = u.property_id)
       and not exists (select from raw.import_record o where o.tenant_id = u.tenant_id
                          and o.property_id = u.property_id and o.body ? 'apn')
    returning p.property_id
), outcome as (
    update app.import_change c set outcome = 'undone' from reverted r
     where c.tenant_id = %(tenant_id)s and c.batch_id = %(batch_id)s and c.property_id = r.property_id
       and c.what = 'attached'
)
update undo_property u set changed = changed || array['apn'] from reverted r where r.property_id = u.property_id
"""
DELETE = """
with deleted as (
    update app.property p set deleted_at = %(at)s
      from undo_property u
     where p.tenant_id = u.tenant_id and p.property_id = u.property_id and u.created and u.reason is null
       and p.deleted_at is null
    returning p.property_id
)
update undo_property u set changed = changed || array['deleted_at'] from deleted d where d.property_id = u.property_id
"""
NOTE = """
update app.import_change c
   set outcome = case
       when c.what = 'created' then coalesce('kept: ' || u.reason, 'undone')
       when c.what in ('filled', 'attached') and (u.reason is not null or not u.created)
           then 'kept: it was changed or used since'
       else 'undone' end
  from undo_property u
 where c.tenant_id = u.tenant_id and c.batch_id = %(batch_id)s and c.property_id = u.property_id and c.outcome is null
"""
# What is merged is shown under its survivor, which has to be computed again too.
QUEUE = """
insert into app.dirty_property (model, tenant_id, property_id)
select 'int_property__resolved', p.tenant_id, p.merged_into
  from undo_property u join app.property p on p.tenant_id = u.tenant_id and p.property_id = u.property_id
 where p.merged_into is not null and cardinality(u.changed) > 0
"""
TOUCHED = "select property_id, changed from undo_property where cardinality(changed) > 0 order by property_id"
ADVANCE = """
update app.import_batch
   set step_key = %(upto)s,
       details = details || jsonb_build_object('undone', (
           select jsonb_object_agg(n.key, coalesce((details -> 'undone' ->> n.key)::integer, 0) + n.value::integer)
             from jsonb_each_text(%(counts)s) n))
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
"""
FINISH = """
update app.import_batch set status = 'undone', step = null, step_key = null
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
"""
KEPT = """
select property_id, what, substr(outcome, 7) as reason, count(*) over () as kept from app.import_change
 where tenant_id = %s and batch_id = %s and outcome like 'kept: %%' order by property_id, what limit %s
"""
