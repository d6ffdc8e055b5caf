-- Imported sales whose price was disclosed: one row a sale, several a property that was resold.
select
  r.tenant_id,
  r.property_id,
  r.raw_id,
  r.record_key,
  r.logical_date,
  r.fetched_at,
  r.licence,
  r.cost_microusd,
  b.sale_date,
  b.sale_price
from {{ source('imported', 'import_record') }} as r
cross join lateral (
  select
    {{ to_day("r.body ->> 'sale_date'") }} as sale_date,
    {{ to_positive("r.body ->> 'sale_price'", 'bigint') }} as sale_price
  limit 1
) as b
where b.sale_date is not null
  and b.sale_price is not null
  and {{ not_quarantined('import_record', 'r') }}
