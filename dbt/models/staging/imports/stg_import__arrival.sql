-- Every imported line about the properties of the landing batch, as the file says it: what the landing gate reads.
-- Nothing is cleaned: that would hide what has to be caught.
select
  r.tenant_id,
  r.property_id,
  r.raw_id,
  encode(r.body_sha256, 'hex') as body_sha256,
  r.logical_date,
  r.record_key,
  r.batch_id as import_batch_id,
  r.line,
  {{ to_number("r.body ->> 'sale_price'") }} as sale_price,
  {{ to_day("r.body ->> 'sale_date'") }} - r.logical_date as sale_days_ahead,
  {{ to_number("r.body ->> 'living_sqft'") }} as living_sqft,
  {{ to_number("r.body ->> 'lot_sqft'") }} as lot_sqft,
  {{ to_number("r.body ->> 'year_built'") }} as year_built,
  {{ to_number("r.body ->> 'year_renovated'") }} as year_renovated,
  {{ to_number("r.body ->> 'assessed_value'") }} as assessed_value,
  r.body
from {{ source('imported', 'import_record') }} as r
join {{ ref('stg_app__member') }} as m
  on m.tenant_id = r.tenant_id
  and m.member_id = r.property_id
join ({{ landing_batch() }}) as batch
  on batch.tenant_id = m.tenant_id
  and batch.property_id = m.property_id
