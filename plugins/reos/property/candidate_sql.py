"""The statements of `candidates`: which properties are worth comparing with a newcomer, and all that is known of them.

What a property says is what its leads said. Where they said no address, or no parcel number, the answers of sources
speak for it (`app.property_alias`). `home` is a property or, when it is merged, the one that stands for it.
"""

_HOME = "coalesce({p}.merged_into, {p}.property_id)"
_PLACE = "({b}.zip5 = {a}.zip5 or ({b}.city = {a}.city and {b}.state = {a}.state))"
# The last word of a unit without leading zeros; two units that differ in it are two homes unless one says more words.
_TAIL = r"regexp_replace({w}.unit, '^.*?0*([^ ]+)$', '\1')"
_WORDY = "{w}.unit like '%% %% %%'"
# Units of a large building are told apart by their last letters, before any pattern is tried.
_UNIT_AGREES = f"""
(a.unit is null or {{w}}.unit is null or a.wordy or {_WORDY}
 or (right({{w}}.unit, length(a.tail)) = a.tail and {_TAIL} = a.tail))
"""
_SAYS = "{w}.address_block, {w}.address_key, {w}.unit, {w}.zip5, {w}.city, {w}.state"
_MEETS = f"""
select a.property_id, a.home_id, b.property_id as other_id, a.address_block, a.zip5, a.city, a.state,
       (a.unit is null) <> ({{w}}.unit is null) as mixed
  from newcomer a join {{others}}
 where {_HOME.format(p="b")} <> a.home_id and b.deleted_at is null and {_PLACE.format(a="a", b="{w}")}
   and not (a.apn_key is not null and b.apn_key is not null and b.county_fips = a.county_fips)
   and {_UNIT_AGREES}
"""  # noqa: S608 - constants
_BY_LEAD = _MEETS.format(
    w="b", others="app.property b on b.tenant_id = %(tenant_id)s and b.address_block = a.address_block"
)
_BY_SOURCE = _MEETS.format(
    w="f",
    others="""app.property_alias f on f.tenant_id = %(tenant_id)s and f.address_block = a.address_block
  join app.property b on b.tenant_id = f.tenant_id and b.property_id = f.property_id and b.address_key is null""",
)
_OWN_NEWCOMER = f"""
select p.property_id, {_HOME.format(p="p")} as home_id, p.county_fips, p.apn_key, false as found, {_SAYS},
       {_TAIL} as tail, {_WORDY} as wordy
  from app.property p {{chosen}}
 where p.tenant_id = %(tenant_id)s and p.address_block is not null and p.deleted_at is null
""".replace("{w}", "p")  # noqa: S608 - constants
_FOUND_NEWCOMER = f"""
select p.property_id, {_HOME.format(p="p")}, p.county_fips, p.apn_key, true, {_SAYS}, {_TAIL}, {_WORDY}
  from app.property p {{chosen}}
  join app.property_alias f on f.tenant_id = p.tenant_id and f.property_id = p.property_id
 where p.tenant_id = %(tenant_id)s and p.address_key is null and p.deleted_at is null and f.address_block is not null
""".replace("{w}", "f")  # noqa: S608 - constants
# All that a property says, a row a source where sources speak for it.
_WRITING = """
m.property_id,
case when m.address_key is null then f.address_line else m.address_line end as address_line,
case when m.address_key is null then f.unit else m.unit end as unit,
case when m.address_key is null then f.city else m.city end as city,
case when m.address_key is null then f.state else m.state end as state,
case when m.address_key is null then f.zip5 else m.zip5 end as zip5,
case when m.apn_key is null then f.county_fips else m.county_fips end as county_fips,
coalesce(m.apn_key, f.apn_key) as apn_key, coalesce(m.apn, f.apn) as apn, f.source as found_by
"""
_ALIASES = """
left join app.property_alias f on f.tenant_id = m.tenant_id and f.property_id = m.property_id
 and ((m.address_key is null and f.address_block is not null) or (m.apn_key is null and f.apn_key is not null))
"""

# Where several units of a building are known, an address without one is the building and none of them.
_NEAR = f"""
with newcomer as materialized ({_OWN_NEWCOMER} union all {_FOUND_NEWCOMER}
), close as materialized (
    {_BY_LEAD} and (a.found or b.address_key is distinct from a.address_key)
    union
    {_BY_SOURCE}
), building as materialized (
    select c.* from (select distinct address_block, zip5, city, state from close where mixed) c
     where (select count(distinct u.unit) from app.property u
             where u.tenant_id = %(tenant_id)s and u.address_block = c.address_block and u.deleted_at is null
               and {_PLACE.format(a="c", b="u")}) > 1
), pair as materialized (
    select c.* from close c
     where not (c.mixed and exists (
           select from building b where b.address_block = c.address_block
              and (b.zip5, b.city, b.state) is not distinct from (c.zip5, c.city, c.state)))
), place as materialized (
    select b.property_id, {_HOME.format(p="b")} as home_id, b.address_block, b.zip5, b.city, b.state
      from (select distinct address_block from pair) t
      join app.property b on b.tenant_id = %(tenant_id)s and b.address_block = t.address_block
     where b.deleted_at is null
    union
    select b.property_id, {_HOME.format(p="b")}, f.address_block, f.zip5, f.city, f.state
      from (select distinct address_block from pair) t
      join app.property_alias f on f.tenant_id = %(tenant_id)s and f.address_block = t.address_block
      join app.property b on b.tenant_id = f.tenant_id and b.property_id = f.property_id and b.address_key is null
     where b.deleted_at is null
), near as (
    select distinct b.home_id, b.address_block
      from (select property_id, address_block from pair union select other_id, address_block from pair) t
      join place a on a.property_id = t.property_id and a.address_block = t.address_block
      join place b on b.address_block = a.address_block and {_PLACE.format(a="a", b="b")}
)
select n.home_id, h.created_at as since, n.address_block as met_by, {_WRITING},
       exists (select from pair where pair.home_id = h.property_id) as is_new
  from near n
  join app.property h on h.tenant_id = %(tenant_id)s and h.property_id = n.home_id and h.deleted_at is null
  join (select distinct property_id, home_id, address_block from place) w
    on w.home_id = n.home_id and w.address_block = n.address_block
  join app.property m on m.tenant_id = %(tenant_id)s and m.property_id = w.property_id
  {_ALIASES}
 where m.address_key is not null or f.address_block = n.address_block
 order by h.created_at, h.property_id, m.created_at, m.property_id, f.source
"""  # noqa: S608 - constants

# Homes that are one parcel by a source's word: of one of them, or of both.
_SAME_PARCEL = f"""
with named as materialized (
    select {_HOME.format(p="p")} as home_id, p.county_fips, p.apn_key, false as found from app.property p {{chosen}}
     where (select exists (select from app.property_alias f
                            where f.tenant_id = %(tenant_id)s and f.apn_key is not null))
       and p.tenant_id = %(tenant_id)s and p.apn_key is not null and p.deleted_at is null
    union
    select {_HOME.format(p="p")}, f.county_fips, f.apn_key, true from app.property p {{chosen}}
      join app.property_alias f on f.tenant_id = p.tenant_id and f.property_id = p.property_id
     where p.tenant_id = %(tenant_id)s and p.apn_key is null and p.deleted_at is null and f.apn_key is not null
), met as materialized (
    select a.home_id, a.county_fips, a.apn_key, {_HOME.format(p="b")} as other_id
      from named a
      join app.property_alias f on f.tenant_id = %(tenant_id)s and f.county_fips = a.county_fips
       and f.apn_key = a.apn_key
      join app.property b on b.tenant_id = f.tenant_id and b.property_id = f.property_id
     where b.apn_key is null and b.deleted_at is null and {_HOME.format(p="b")} <> a.home_id
    union
    select a.home_id, a.county_fips, a.apn_key, {_HOME.format(p="b")}
      from named a
      join app.property b on b.tenant_id = %(tenant_id)s and b.county_fips = a.county_fips and b.apn_key = a.apn_key
     where a.found and b.deleted_at is null and {_HOME.format(p="b")} <> a.home_id
), near as (
    select home_id, county_fips, apn_key from met union select other_id, county_fips, apn_key from met
)
select n.home_id, h.created_at as since, n.county_fips || ':' || n.apn_key as met_by, {_WRITING},
       exists (select from met where met.home_id = h.property_id) as is_new
  from near n
  join app.property h on h.tenant_id = %(tenant_id)s and h.property_id = n.home_id and h.deleted_at is null
 cross join lateral (
       select * from app.property x where x.tenant_id = h.tenant_id and x.property_id = h.property_id
       union all
       select * from app.property x where x.tenant_id = h.tenant_id and x.merged_into = h.property_id) m
  {_ALIASES}
 where m.deleted_at is null
 order by h.created_at, h.property_id, m.created_at, m.property_id, f.source
"""  # noqa: S608 - constants

_THESE = "join unnest(%(newcomers)s::uuid[]) as c (property_id) using (property_id)"
NEAR_ARRIVED, NEAR_EVERY = _NEAR.format(chosen=_THESE), _NEAR.format(chosen="")
PARCEL_ARRIVED, PARCEL_EVERY = _SAME_PARCEL.format(chosen=_THESE), _SAME_PARCEL.format(chosen="")

# What both sides of a comparison by hand say, each home's own property first.
WRITINGS = f"""
select {_WRITING} from app.property m {_ALIASES}
 where m.tenant_id = %(tenant_id)s and (m.property_id = %(home_id)s or m.merged_into = %(home_id)s)
 order by m.merged_into is not null, m.created_at, m.property_id, f.source
"""  # noqa: S608 - constants
