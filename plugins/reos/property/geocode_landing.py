"""Judges points and lands them in `raw.geocode_point`; a point that cannot be right is kept, flagged and never used.

The rule. A ZIP code's area is the median of its loaded address points and the radius that holds 99 % of them. A point
may lie twice that radius and 2 km more from the centre; beyond, it is flagged. An area of fewer than 10 points says
nothing. Without an area the distance stays unknown, and the point is flagged only where it lies outside its state's
bounds (`state_bounds.csv`, from the Census Bureau's boundary files, with 5 km to spare), or where the geocoder matched
an address of another state or another region of ZIP codes (first three digits).

A row is written when it says something else than the newest row of its property and source: a second run with the same
inputs writes nothing, and running a date again replaces that date's row.
"""

import csv
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from reos.db.connection import Connection

_FACTOR, _MARGIN_M, _FEWEST_POINTS, _MARGIN_DEGREES = 2.0, 2000.0, 10, 0.05

# What a user states: the lead's point, and the newest imported one where it differs. Both are judged, not copied.
_STATED = """
insert into geocode_found (property_id, source, latitude, longitude, quality, licence, body, fetched_at)
select property_id, source, latitude, longitude, 'stated', 'user',
       jsonb_build_object('latitude', latitude, 'longitude', longitude), %(at)s
  from (
    select s.property_id, 'lead' as source, s.latitude, s.longitude from geocode_subject s
    union all
    select s.property_id, 'import', i.latitude, i.longitude
      from geocode_subject s
      cross join lateral (
        select (r.body ->> 'latitude')::double precision as latitude,
               (r.body ->> 'longitude')::double precision as longitude
          from raw.import_record r
         where r.tenant_id = %(tenant_id)s and r.property_id = s.property_id
           and pg_input_is_valid(r.body ->> 'latitude', 'double precision')
           and pg_input_is_valid(r.body ->> 'longitude', 'double precision')
         order by coalesce(left(r.body ->> 'sale_date', 10), r.logical_date::text) desc, r.logical_date desc,
                  r.record_key desc
         limit 1) i
     where (i.latitude, i.longitude) is distinct from (s.latitude, s.longitude)
  ) as stated
 where latitude between -90 and 90 and longitude between -180 and 180 and latitude <> 0 and longitude <> 0
"""
_LAND = """
with bound as (
    select * from unnest(%(states)s::text[], %(south)s::float8[], %(north)s::float8[], %(west)s::float8[],
                         %(east)s::float8[]) as b (state, south, north, west, east)
), measured as (
    select f.*, s.zip5 as our_zip5, s.state as our_state, z.radius_m,
           round(earth_distance(ll_to_earth(f.latitude, f.longitude), ll_to_earth(z.latitude, z.longitude)))::integer
             as distance_m,
           exists (select from bound b where b.state = s.state)
             and not exists (select from bound b where b.state = s.state
                                and f.latitude between b.south - %(degrees)s and b.north + %(degrees)s
                                and f.longitude between b.west - %(degrees)s and b.east + %(degrees)s) as is_outside
      from geocode_found f
      join geocode_subject s using (property_id)
      left join app.zip_area z on z.zip5 = s.zip5 and z.points >= %(fewest)s
), judged as (
    select m.*, case
        when m.latitude is null then null
        when m.distance_m > %(factor)s * m.radius_m + %(margin_m)s
          then format('It lies %%s km from the middle of ZIP code %%s, whose addresses lie within %%s km.',
                      round(m.distance_m / 1000.0, 1), m.our_zip5, round((m.radius_m / 1000)::numeric, 1))
        when m.is_outside then format('It lies outside of %%s.', m.our_state)
        when m.state <> m.our_state then format('The match is in %%s, the property in %%s.', m.state, m.our_state)
        when m.distance_m is null and left(m.zip5, 3) <> left(m.our_zip5, 3)
          then format('The match is in ZIP code %%s, the property in %%s.', m.zip5, m.our_zip5)
      end as flag
      from measured m
), fresh as (
    select j.*, sha256(convert_to(j.body::text, 'UTF8')) as body_sha256
      from judged j
      left join lateral (
        select g.* from raw.geocode_point g
         where g.tenant_id = %(tenant_id)s and g.property_id = j.property_id and g.source = j.source
           and g.logical_date <= %(day)s
         order by g.logical_date desc limit 1) as newest on true
     where (j.quality is distinct from 'stated' or j.flag is not null or newest.raw_id is not null)
       and (j.body, j.latitude, j.longitude, j.quality, j.distance_m, j.flag is not null, coalesce(j.flag, j.reason),
            j.request_hash)
           is distinct from
           (newest.body, newest.latitude, newest.longitude, newest.quality, newest.distance_m, newest.flagged,
            newest.reason, newest.request_hash)
)
insert into raw.geocode_point as t
    (tenant_id, property_id, source, logical_date, fetched_at, request_hash, http_status, licence, body, body_sha256,
     latitude, longitude, quality, distance_m, flagged, reason)
select %(tenant_id)s, property_id, source, %(day)s, fetched_at, request_hash, http_status, licence, body, body_sha256,
       latitude, longitude, quality, distance_m, flag is not null, coalesce(flag, reason)
  from fresh order by property_id, source
on conflict (tenant_id, property_id, source, logical_date) do update
   set fetched_at = excluded.fetched_at, request_hash = excluded.request_hash, http_status = excluded.http_status,
       licence = excluded.licence, body = excluded.body, body_sha256 = excluded.body_sha256,
       latitude = excluded.latitude, longitude = excluded.longitude, quality = excluded.quality,
       distance_m = excluded.distance_m, flagged = excluded.flagged, reason = excluded.reason
returning source, quality, flagged
"""


class Landed(NamedTuple):
    """What was written: rows, points that may be used, and points that are flagged."""

    rows: int = 0
    points: int = 0
    flagged: int = 0


def add_stated(conn: Connection, params: dict[str, Any]) -> None:
    """Add the points that the batch's properties came with to `geocode_found`; `params` has tenant_id and at."""
    conn.execute(_STATED, params)


def land(conn: Connection, params: dict[str, Any]) -> Landed:
    """Judge `geocode_found`, write what is news under the logical date, and empty it; `params` adds the `day`."""
    rule = {"factor": _FACTOR, "margin_m": _MARGIN_M, "fewest": _FEWEST_POINTS, "degrees": _MARGIN_DEGREES}
    rows = conn.execute(_LAND, {**params, **rule, **_bounds()}).fetchall()
    conn.execute("truncate geocode_found")
    usable = sum(row["quality"] not in {None, "stated"} and not row["flagged"] for row in rows)
    return Landed(len(rows), usable, sum(row["flagged"] for row in rows))


@lru_cache(maxsize=1)
def _bounds() -> dict[str, list[Any]]:
    """Return the boxes of the states as parallel lists; Alaska has two, since the date line parts it."""
    text = files("reos.property").joinpath("state_bounds.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    boxes: dict[str, list[Any]] = {"states": [row["state"] for row in rows]}
    return boxes | {side: [float(row[side]) for row in rows] for side in ("south", "north", "west", "east")}
