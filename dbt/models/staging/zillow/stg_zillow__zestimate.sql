-- What Zillow estimates a property to sell and to rent for. Its own estimates, which are not ours: to be shown as
-- Zillow's and never to be computed with.
select
  {{ landed_key('coalesce(' ~ to_day("r.body ->> 'timestamp'") ~ ', r.logical_date)') }},
  {{ to_text("r.body ->> 'zpid'") }} as zpid,
  b.avm_value,
  round(b.avm_value * (1 - abs({{ to_number("r.body ->> 'lowPercent'") }}) / 100))::bigint as avm_low,
  round(b.avm_value * (1 + abs({{ to_number("r.body ->> 'highPercent'") }}) / 100))::bigint as avm_high,
  {{ to_positive("r.body ->> 'rentalZestimate'") }} as estimated_rent
from {{ source('zillow_bridge', 'zillow_zestimate') }} as r
cross join lateral (select {{ to_positive("r.body ->> 'zestimate'", 'bigint') }} as avm_value limit 1) as b
where {{ not_quarantined('zillow_zestimate', 'r') }}
