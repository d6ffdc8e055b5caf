-- Every answer about the properties of the landing batch, as the county sent it: what the landing gate reads. The older
-- ones too, since one of them counts when a newer one is held back. Nothing is cleaned: that would hide what has to be
-- caught.
select
  r.tenant_id,
  r.property_id,
  r.raw_id,
  encode(r.body_sha256, 'hex') as body_sha256,
  r.logical_date,
  r.county_fips,
  not exists (
    select from {{ source('county_assessor', 'county_assessor_parcel') }} as newer
    where newer.tenant_id = r.tenant_id
      and newer.property_id = r.property_id
      and newer.logical_date > r.logical_date
  ) as is_newest,
  m.apn as expected_apn,
  btrim(r.body ->> f.apn) as apn,
  {{ to_number('r.body ->> f.year_built') }} as year_built,
  {{ to_number('r.body ->> f.living_sqft') }} as living_sqft,
  {{ to_number('r.body ->> f.lot_sqft') }} as lot_sqft,
  {{ to_number('r.body ->> f.land_value') }} as land_value,
  {{ to_number('r.body ->> f.improvement_value') }} as improvement_value,
  {{ to_number('r.body ->> f.sale_price') }} as sale_price,
  r.body
from {{ source('county_assessor', 'county_assessor_parcel') }} as r
join {{ ref('stg_app__member') }} as m
  on m.tenant_id = r.tenant_id
  and m.member_id = r.property_id
join ({{ landing_batch() }}) as batch
  on batch.tenant_id = m.tenant_id
  and batch.property_id = m.property_id
left join {{ ref('stg_county_assessor__field') }} as f on f.county_fips = r.county_fips
