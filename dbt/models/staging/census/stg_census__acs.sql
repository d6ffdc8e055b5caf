-- Estimates of the housing stock of areas by the American Community Survey; nothing about who lives there.
select
  case c.geo_type when 'zcta' then 'zip' else c.geo_type end as area_kind,
  c.geoid as area_code,
  c.year,
  c.variable,
  c.estimate,
  c.margin,
  c.reason,
  c.fetched_at
from {{ source('census_acs', 'census_acs') }} as c
