-- Parcels that landed and are not resolved yet, as the county sent them: what the landing gate reads. Only the newest
-- answer of a queued property counts; nothing is cleaned here, because cleaning would hide what has to be caught.
select
  r.tenant_id,
  r.property_id,
  r.raw_id,
  encode(r.body_sha256, 'hex') as body_sha256,
  r.logical_date,
  r.county_fips,
  p.apn as expected_apn,
  btrim(r.body ->> f.apn) as apn,
  {{ to_number('r.body ->> f.year_built') }} as year_built,
  {{ to_number('r.body ->> f.living_sqft') }} as living_sqft,
  {{ to_number('r.body ->> f.lot_sqft') }} as lot_sqft,
  {{ to_number('r.body ->> f.land_value') }} as land_value,
  {{ to_number('r.body ->> f.improvement_value') }} as improvement_value,
  {{ to_number('r.body ->> f.sale_price') }} as sale_price,
  r.body
from {{ source('county_assessor', 'county_assessor_parcel') }} as r
join {{ ref('stg_app__property') }} as p
  on p.tenant_id = r.tenant_id
  and p.property_id = r.property_id
join (
  select distinct
    d.tenant_id,
    d.property_id
  from {{ source('app', 'dirty_property') }} as d
  where d.model = 'int_property__resolved'
) as queued
  on queued.tenant_id = r.tenant_id
  and queued.property_id = r.property_id
left join {{ ref('stg_county_assessor__field') }} as f on f.county_fips = r.county_fips
where not exists (
  select from {{ source('county_assessor', 'county_assessor_parcel') }} as newer
  where newer.tenant_id = r.tenant_id
    and newer.property_id = r.property_id
    and newer.logical_date > r.logical_date
)
