"""Where a batch of properties lies, for sources that are asked by point: the best point that is not flagged.

A stated point (the lead's, an import's) and one of loaded address points are exact; the Census geocoder's lie beside
the street, so a point that a source gives with its record is better than they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from reos.db.connection import Connection

# What a user states is landed only where it is flagged, or was once; see reos.property.geocode_landing.
_POINTS = """
with flag as (
    select distinct on (g.property_id, g.source) g.property_id, g.source, g.latitude, g.longitude, g.flagged
      from raw.geocode_point g where g.tenant_id = %(tenant_id)s and g.property_id = any (%(ids)s)
     order by g.property_id, g.source, g.logical_date desc
), import as (
    select distinct on (r.property_id) r.property_id, (r.body ->> 'latitude')::double precision as latitude,
           (r.body ->> 'longitude')::double precision as longitude
      from raw.import_record r
     where r.tenant_id = %(tenant_id)s and r.property_id = any (%(ids)s)
       and pg_input_is_valid(r.body ->> 'latitude', 'double precision')
       and pg_input_is_valid(r.body ->> 'longitude', 'double precision')
     order by r.property_id, coalesce(left(r.body ->> 'sale_date', 10), r.logical_date::text) desc,
              r.logical_date desc, r.record_key desc
), point as (
    select 1 as rank, 'lead' as source, p.property_id, p.latitude, p.longitude
      from app.property p where p.tenant_id = %(tenant_id)s and p.property_id = any (%(ids)s)
    union all
    select 2, 'import', i.property_id, i.latitude, i.longitude from import i
    union all
    select case f.source when 'openaddresses' then 3 else 4 end, f.source, f.property_id, f.latitude, f.longitude
      from flag f where f.source in ('openaddresses', 'census')
)
select distinct on (p.property_id) p.property_id, p.latitude, p.longitude, p.source <> 'census' as exact
  from point p
 where p.latitude between -90 and 90 and p.longitude between -180 and 180 and p.latitude <> 0 and p.longitude <> 0
   and not exists (select from flag f where f.property_id = p.property_id and f.source = p.source and f.flagged
                      and (f.latitude, f.longitude) = (p.latitude, p.longitude))
 order by p.property_id, p.rank
"""


@dataclass(frozen=True, slots=True)
class Point:
    """A place in WGS 84 degrees; `exact` unless it is interpolated along a street."""

    latitude: float
    longitude: float
    exact: bool


def load_points(conn: Connection, tenant_id: UUID, property_ids: Sequence[UUID]) -> dict[UUID, Point]:
    """Return the point of each property that has one to use, in the open transaction."""
    rows = conn.execute(_POINTS, {"tenant_id": tenant_id, "ids": list(property_ids)})
    return {row["property_id"]: Point(row["latitude"], row["longitude"], row["exact"]) for row in rows}
