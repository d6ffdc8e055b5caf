"""Where loaded address points say that properties are: set-based, for a batch of one tenant's properties at a time.

Three steps, the first that fits wins: the exact match key; the same number and street in the ZIP code where one side
leaves out a direction or the street's type; the parcel number in its county. Nothing is guessed: points of one key that
lie far apart, or several streets that fit, are a tie, which only a parcel number may settle.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from reos.db.connection import Connection

# One address may have several points (the sources', entrances', units'); further apart than this they are two places.
# A parcel is larger than a house, so its points may be further apart.
_SAME_PLACE_M = {"address": 150, "block": 150, "parcel": 500}

# The parts of the match key (place|number|direction|street|type|direction|unit) say what the property leaves out.
_SUBJECTS = """
create temporary table geocode_subject on commit drop as
select p.property_id, p.county_fips, p.apn_key, p.address_line, p.city, p.state, p.zip5, p.address_key,
       p.address_block, p.latitude, p.longitude,
       split_part(p.address_key, '|', 2) as number, split_part(p.address_key, '|', 3) as predirection,
       split_part(p.address_key, '|', 5) as suffix, split_part(p.address_key, '|', 6) as postdirection
  from app.property p
 where p.tenant_id = %s and p.property_id = any (%s) and p.deleted_at is null and p.merged_into is null
"""
_FOUND = """
create temporary table geocode_found (
    property_id uuid, source text, latitude double precision, longitude double precision, quality text, reason text,
    state text, zip5 text, request_hash bytea, http_status smallint, licence text, body jsonb, fetched_at timestamptz
) on commit drop
"""
_LOOKUP = """
insert into geocode_found (property_id, source, latitude, longitude, quality, reason, licence, body, fetched_at)
with exact as materialized (
    select 'address' as step, s.property_id, a.*
      from geocode_subject s join app.address_point a on a.address_key = s.address_key
     where a.latitude is not null
), near as materialized (
    select s.property_id, a.source, a.source_id
      from geocode_subject s
      join app.address_point a on a.zip5 = s.zip5 and a.address_block = s.address_block
      cross join lateral (values (s.predirection, coalesce(a.predirection, '')), (s.suffix, coalesce(a.suffix, '')),
                                 (s.postdirection, coalesce(a.postdirection, ''))) as part (ours, theirs)
     where a.latitude is not null
       and (replace(a.number, '-', '') = replace(s.number, '-', '') or concat(a.number, s.number) like '%%-%%')
       and not exists (select from exact e where e.property_id = s.property_id)
     group by s.property_id, a.source, a.source_id
    having bool_and(ours = theirs or ours = '' or theirs = '')
       and not (bool_or(ours = '' and theirs <> '') and bool_or(theirs = '' and ours <> ''))
), hit as (
    select * from exact
    union all
    select 'block', n.property_id, a.*
      from near n join app.address_point a on a.source = n.source and a.source_id = n.source_id
    union all
    select 'parcel', s.property_id, a.*
      from geocode_subject s
      join app.address_point a on a.county_fips = s.county_fips and a.apn_key = s.apn_key
     where a.latitude is not null
), place as (
    select h.property_id, h.step, count(*) as points, avg(h.latitude) as latitude, avg(h.longitude) as longitude,
           earth_distance(ll_to_earth(min(h.latitude), min(h.longitude)),
                          ll_to_earth(max(h.latitude), max(h.longitude))) as spread_m,
           h.step = 'block' and greatest(count(distinct nullif(h.predirection, '')),
                                         count(distinct nullif(h.suffix, '')),
                                         count(distinct nullif(h.postdirection, ''))) > 1 as several_streets
      from hit h group by h.property_id, h.step
), judged as (
    select p.*, p.several_streets or p.spread_m > (%(same_place_m)s::jsonb ->> p.step)::double precision as tied
      from place p
), best as (
    select distinct on (property_id) * from judged
     order by property_id, tied, array_position(array['address', 'block', 'parcel'], step)
), chosen as (
    select distinct on (b.property_id) b.points, b.spread_m, b.tied, b.several_streets, h.*
      from best b join hit h on h.property_id = b.property_id and h.step = b.step
     order by b.property_id,
              (h.latitude - b.latitude) ^ 2 + ((h.longitude - b.longitude) * cos(radians(b.latitude))) ^ 2,
              h.source, h.source_id
)
select c.property_id, 'openaddresses',
       case when not c.tied then c.latitude end, case when not c.tied then c.longitude end,
       case when not c.tied then case c.step when 'parcel' then 'parcel' else 'rooftop' end end,
       case when c.several_streets then 'Several streets fit this address.'
            when c.tied then format('The %%s points of this %%s lie %%s m apart.', c.points,
                                    case c.step when 'parcel' then 'parcel' else 'address' end, round(c.spread_m)) end,
       case when c.source like 'openaddresses%%' then 'open' else 'public' end,
       jsonb_build_object(
           'match', c.step, 'points', c.points, 'spread_m', round(c.spread_m),
           'point', jsonb_strip_nulls(jsonb_build_object(
               'source', c.source, 'source_id', c.source_id, 'latitude', c.latitude, 'longitude', c.longitude,
               'address', nullif(concat_ws(' ', c.number, c.predirection, c.street, c.suffix, c.postdirection), ''),
               'unit', c.unit, 'city', c.city, 'state', c.state, 'zip5', c.zip5, 'county_fips', c.county_fips,
               'apn', c.apn))),
       %(at)s
  from chosen c
"""
# What stopped fitting (a corrected address, a point that its source withdrew) is said once, so that it is not used on.
_WITHDRAW = """
insert into geocode_found (property_id, source, reason, licence, body, fetched_at)
select s.property_id, 'openaddresses', 'No loaded address point fits any more.', 'open', '{"match": null}', %(at)s
  from geocode_subject s
 where exists (select from raw.geocode_point g
                where g.tenant_id = %(tenant_id)s and g.property_id = s.property_id and g.source = 'openaddresses')
   and not exists (select from geocode_found f where f.property_id = s.property_id and f.source = 'openaddresses')
"""


def open_batch(conn: Connection, tenant_id: UUID, property_ids: Sequence[UUID]) -> int:
    """Stage the properties that are alive and not merged away, in the open transaction; return how many there are.

    Leaves the temporary tables `geocode_subject` (the properties) and `geocode_found` (empty, for what is found).
    """
    count = conn.execute(_SUBJECTS, (tenant_id, list(property_ids))).rowcount
    conn.execute("analyze geocode_subject")
    conn.execute(_FOUND)
    return count


def look_up(conn: Connection, params: Mapping[str, Any]) -> None:
    """Add what the loaded points say of the batch to `geocode_found`; `params` has tenant_id and at."""
    conn.execute(_LOOKUP, {**params, "same_place_m": json.dumps(_SAME_PLACE_M)})
    conn.execute(_WITHDRAW, params)
