"""The statements of `bulk`, in the order in which it runs them."""

from psycopg import sql

from reos.property.identity import COLUMNS

_NAMES = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
_FILLED = (
    *("address_raw", "address_line", "unit", "city", "state", "zip5", "zip4", "address_key", "address_block"),
    *("latitude", "longitude"),
)

CREATE_PARCELS = sql.SQL("""
create temporary table if not exists lead_parcel on commit delete rows as
select identity, tenant_id, line, candidate_id, {names},
       null::uuid as holder_id, null::uuid as property_id, null::text as outcome
  from app.import_row with no data;
create unique index if not exists lead_parcel_identity on lead_parcel (identity)
""").format(names=_NAMES)

# An identity's address is that of its first row that has a usable one.
LOAD = sql.SQL("""
insert into lead_parcel (identity, tenant_id, line, candidate_id, {names})
select distinct on (identity) identity, tenant_id, min(line) over (partition by identity), candidate_id, {names}
  from app.import_row
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s and identity > %(after)s and identity <= %(upto)s
 order by identity, (address_key is null), line
""").format(names=_NAMES)

MATCH_PARCEL = """
with found as (
    select l.identity, p.property_id, p.merged_into
      from lead_parcel l cross join lateral (
           select o.property_id, o.merged_into from app.property o
            where o.tenant_id = l.tenant_id and o.county_fips = l.county_fips and o.apn_key = l.apn_key limit 1) p
     where l.holder_id is null
)
update lead_parcel l
   set holder_id = f.property_id, property_id = coalesce(f.merged_into, f.property_id), outcome = 'known'
  from found f where f.identity = l.identity
"""


def at_address(key: str, tenant: str) -> str:
    """Return the properties at an address as a subquery `o`: by its key, or by what a source states where leads do not.

    Columns: property_id, merged_into, apn_key, stage.
    """
    return f"""(
           select p.property_id, p.merged_into, p.apn_key, p.stage from app.property p
            where p.tenant_id = {tenant} and p.address_key = {key}
           union
           select p.property_id, p.merged_into, p.apn_key, p.stage from app.property_alias f
             join app.property p on p.tenant_id = f.tenant_id and p.property_id = f.property_id
            where f.tenant_id = {tenant} and f.address_key = {key} and p.address_key is null) o"""  # noqa: S608


# No parcel is known to be at the address of `l`, by its leads or by what a source states: a stated address is a
# parcel's. Two conditions and not one of `at_address`, for each is an anti-join by an index.
NO_PARCEL_THERE = """
not exists (select from app.property o
             where o.tenant_id = l.tenant_id and o.address_key = l.address_key and o.apn_key is not null)
and not exists (select from app.property_alias f
                  join app.property o on o.tenant_id = f.tenant_id and o.property_id = f.property_id
                 where f.tenant_id = l.tenant_id and f.address_key = l.address_key and o.address_key is null)
"""
# A property known by its address alone takes the number of the only parcel at that address, in file and database.
_ALONE = f"""
    select l.identity, p.property_id, p.county_fips
      from lead_parcel l cross join lateral (
           select o.property_id, o.county_fips from app.property o
            where o.tenant_id = l.tenant_id and o.address_key = l.address_key and o.apn_key is null
              and o.merged_into is null
              and not exists (select from app.property m
                               where m.tenant_id = %(tenant_id)s and m.merged_into = o.property_id
                                 and m.apn_key is not null)
            limit 1) p
     where l.holder_id is null and l.address_block is not null
       and {NO_PARCEL_THERE}
       and not exists (select from app.import_row o
                        where o.tenant_id = %(tenant_id)s and o.batch_id = %(batch_id)s
                          and o.address_block = l.address_block and o.address_key = l.address_key
                          and o.apn_key is not null and o.identity <> l.identity)
"""  # noqa: S608 - constants
# Nor does the file contradict a source that names the parcel of such a property: of one property, and no other parcel.
NAMED = """
    select l.identity, p.property_id, p.county_fips
      from lead_parcel l
      cross join lateral (
           select array_agg(distinct coalesce(o.merged_into, o.property_id)) as homes
             from app.property_alias f
             join app.property o on o.tenant_id = f.tenant_id and o.property_id = f.property_id
            where f.tenant_id = l.tenant_id and f.county_fips = l.county_fips and f.apn_key = l.apn_key
              and o.apn_key is null) n
      join app.property p on p.tenant_id = l.tenant_id and p.property_id = n.homes[1]
     where l.holder_id is null and cardinality(n.homes) = 1 and p.apn_key is null
       and (l.address_key is null or l.address_key = p.address_key)
       and not exists (select from app.property m
                        where m.tenant_id = %(tenant_id)s and m.merged_into = p.property_id and m.apn_key is not null)
       and not exists (select from app.property_alias f
                        where f.tenant_id = l.tenant_id and f.property_id = p.property_id and f.apn_key is not null
                          and (f.county_fips, f.apn_key) is distinct from (l.county_fips, l.apn_key))
"""
_ATTACH = """
with alone as ({chosen}), attached as (
    update app.property p
       set county_fips = l.county_fips, apn = l.apn, apn_key = l.apn_key, apn_hash = l.apn_hash
      from lead_parcel l join alone a using (identity)
     where p.tenant_id = l.tenant_id and p.property_id = a.property_id
    returning p.property_id, l.identity, a.county_fips as before
), noted as (
    insert into app.import_change (tenant_id, batch_id, property_id, what, detail)
    select %(tenant_id)s, %(batch_id)s, a.property_id, 'attached',
           jsonb_build_object('county_fips', a.before, 'apn_key', l.apn_key)
      from attached a join lead_parcel l using (identity)
    on conflict do nothing
)
update lead_parcel l
   set holder_id = a.property_id, property_id = a.property_id, outcome = 'updated'
  from attached a where a.identity = l.identity
"""
ATTACH = _ATTACH.format(chosen=_ALONE)
ATTACH_NAMED = _ATTACH.format(chosen=NAMED)

MATCH_ADDRESS = f"""
with found as (
    select l.identity, p.*
      from lead_parcel l cross join lateral (
           select count(distinct coalesce(o.merged_into, o.property_id)) as places,
                  count(*) filter (where o.apn_key is null) as alone,
                  (array_agg(o.property_id order by o.apn_key is not null, o.property_id))[1] as holder_id,
                  (array_agg(coalesce(o.merged_into, o.property_id)
                             order by o.apn_key is not null, o.property_id))[1] as property_id
             from {at_address("l.address_key", "l.tenant_id")}) p
     where l.holder_id is null and p.places > 0
)
update lead_parcel l
   set holder_id = case when f.places = 1 or f.alone = 1 then f.holder_id end,
       property_id = case when f.places = 1 or f.alone = 1 then f.property_id end,
       outcome = case when f.places = 1 or f.alone = 1 then 'known' else 'shared' end
  from found f where f.identity = l.identity
"""  # noqa: S608 - constants

INSERT = sql.SQL("""
with added as (
    insert into app.property (tenant_id, property_id, source, created_at, updated_at, {names})
    select %(tenant_id)s, candidate_id, %(source)s, %(at)s, %(at)s, {names}
      from lead_parcel where holder_id is null and outcome is null
     order by candidate_id
    on conflict do nothing returning property_id
)
update lead_parcel l set holder_id = a.property_id, property_id = a.property_id, outcome = 'created'
  from added a where a.property_id = l.candidate_id
""").format(names=_NAMES)


def _row(alias: str) -> sql.Composable:
    pairs = [
        sql.SQL("{}, {}.{}").format(sql.Literal(name), sql.Identifier(alias), sql.Identifier(name)) for name in _FILLED
    ]
    return sql.SQL("jsonb_strip_nulls(jsonb_build_object({}))").format(sql.SQL(", ").join(pairs))


# Noted is what was empty before and is not now, so that an undo can empty it again; and where a property that has got
# an address has to be compared.
FILL = sql.SQL("""
with gap as materialized (
    select l.identity, p.property_id, {before} as before
      from lead_parcel l join app.property p on p.tenant_id = l.tenant_id and p.property_id = l.holder_id
     where l.outcome in ('known', 'updated')
       and ((p.address_line is null and l.address_line is not null) or (p.latitude is null and l.latitude is not null))
     order by p.property_id for update of p
), filled as (
    update app.property p
       set address_raw = coalesce(p.address_raw, l.address_raw),
           address_line = coalesce(p.address_line, l.address_line),
           unit = case when p.address_line is null then l.unit else p.unit end, city = coalesce(p.city, l.city),
           state = coalesce(p.state, l.state), zip5 = coalesce(p.zip5, l.zip5), zip4 = coalesce(p.zip4, l.zip4),
           address_key = coalesce(p.address_key, l.address_key),
           address_block = coalesce(p.address_block, l.address_block), latitude = coalesce(p.latitude, l.latitude),
           longitude = coalesce(p.longitude, l.longitude)
      from gap g join lead_parcel l using (identity)
     where p.tenant_id = l.tenant_id and p.property_id = g.property_id
    returning p.property_id, g.identity, {after} - array(select jsonb_object_keys(g.before)) as added
), noted as (
    insert into app.import_change as c (tenant_id, batch_id, property_id, what, detail, address_block)
    select %(tenant_id)s, %(batch_id)s, f.property_id, 'filled', f.added, f.added ->> 'address_block' from filled f
    on conflict (tenant_id, batch_id, property_id, what) do update
       set detail = c.detail || excluded.detail, address_block = coalesce(c.address_block, excluded.address_block)
)
update lead_parcel l set outcome = 'updated' from filled f where f.identity = l.identity
""").format(before=_row("p"), after=_row("p"))

# A property that the undo of an import removed comes back with its file; one that somebody deleted does not. Noted is
# where it has to be compared again.
RESTORE = """
with restored as (
    update app.property p set deleted_at = null
      from lead_parcel l
     where p.tenant_id = l.tenant_id and p.property_id = l.holder_id and p.deleted_at is not null
       and exists (select from app.import_batch b where b.tenant_id = %(tenant_id)s and b.undone_at = p.deleted_at)
    returning l.identity, p.property_id,
              coalesce(p.address_block, (select min(f.address_block) from app.property_alias f
                                          where f.tenant_id = p.tenant_id and f.property_id = p.property_id)) as block
), noted as (
    insert into app.import_change (tenant_id, batch_id, property_id, what, address_block)
    select %(tenant_id)s, %(batch_id)s, property_id, 'created', block from restored
    on conflict do nothing
)
update lead_parcel l set outcome = 'created' from restored r where r.identity = l.identity
"""

NOTE_CREATED = """
insert into app.import_change (tenant_id, batch_id, property_id, what)
select %(tenant_id)s, %(batch_id)s, holder_id, 'created' from lead_parcel where outcome = 'created' order by holder_id
on conflict do nothing
"""
