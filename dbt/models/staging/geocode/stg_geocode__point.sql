-- Points of properties by source, as they were found or stated. Whoever reads them leaves the flagged ones out; they are
-- here so that people see them with the reason.
select
  r.tenant_id,
  r.property_id,
  r.raw_id,
  r.source,
  r.logical_date,
  r.fetched_at,
  r.logical_date as observed_at,
  r.licence,
  r.cost_microusd,
  r.latitude,
  r.longitude,
  r.quality,
  r.distance_m,
  r.flagged as is_flagged,
  r.reason
from {{ source('geocode', 'geocode_point') }} as r
where {{ not_quarantined('geocode_point', 'r') }}
