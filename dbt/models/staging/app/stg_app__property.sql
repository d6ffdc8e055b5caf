-- Properties that are alive, as the lead named them: what was typed in or parsed from it, normalised by discovery.
select
  p.tenant_id,
  p.property_id,
  p.created_at as fetched_at,
  (p.created_at at time zone 'UTC')::date as observed_at,
  p.county_fips::text as county_fips,
  p.apn,
  case when p.unit is null or p.address_line is null then p.address_line else p.address_line || ' ' || p.unit end
    as address_line,
  p.city,
  p.state::text as state,
  p.zip5::text as zip5,
  p.latitude,
  p.longitude
from {{ source('app', 'property') }} as p
where p.deleted_at is null
