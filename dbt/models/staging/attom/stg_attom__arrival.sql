-- Every answer about the properties of the landing batch, as ATTOM sent it: what the landing gate reads. Nothing is
-- cleaned: that would hide what has to be caught.
select
  r.tenant_id,
  r.property_id,
  r.raw_id,
  encode(r.body_sha256, 'hex') as body_sha256,
  r.logical_date,
  not exists (
    select from {{ source('attom', 'attom_expanded_profile') }} as newer
    where newer.tenant_id = r.tenant_id
      and newer.property_id = r.property_id
      and newer.logical_date > r.logical_date
  ) as is_newest,
  {{ to_text("j.body #>> '{identifier,apn}'") }} as apn,
  {{ to_number("j.body #>> '{summary,yearbuilt}'") }} as year_built,
  {{ to_number("coalesce(j.body #>> '{building,size,livingsize}', j.body #>> '{building,size,universalsize}')") }}
    as living_sqft,
  {{ to_number("j.body #>> '{lot,lotsize2}'") }} as lot_sqft,
  {{ to_number("j.body #>> '{assessment,assessed,assdttlvalue}'") }} as assessed_value,
  {{ to_number("coalesce(j.body #>> '{sale,saleamountdata,saleamt}', j.body #>> '{sale,amount,saleamt}')") }}
    as sale_price,
  {{ to_number("j.body #>> '{assessment,mortgage,firstconcurrent,amount}'") }} as recorded_loan,
  r.body
from {{ source('attom', 'attom_expanded_profile') }} as r
join {{ ref('stg_app__member') }} as m
  on m.tenant_id = r.tenant_id
  and m.member_id = r.property_id
join ({{ landing_batch() }}) as batch
  on batch.tenant_id = m.tenant_id
  and batch.property_id = m.property_id
cross join lateral (select lower(r.body::text)::jsonb as body limit 1) as j
