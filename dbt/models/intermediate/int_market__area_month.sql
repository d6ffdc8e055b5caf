{{ config(materialized='view') }}
-- What homes sell and rent for in a ZIP code or county, month by month, by Zillow's indices. Whoever reads it for a day
-- takes the newest month that had ended by then.
with month_index as (
  select
    i.area_kind,
    i.area_code,
    i.month,
    (date_trunc('month', i.month) - interval '11 months' - interval '1 day')::date as year_before,
    max(i.value) filter (where i.series = 'zhvi') as home_value,
    max(i.value) filter (where i.series = 'zori') as rent
  from {{ ref('stg_zillow__index') }} as i
  where i.series in ('zhvi', 'zori')
    and i.area_kind in ('zip', 'county')
    and i.area_code is not null
  group by i.area_kind, i.area_code, i.month
)

select
  m.area_kind,
  m.area_code,
  m.month,
  m.home_value,
  m.rent,
  round((m.home_value / nullif(before.home_value, 0) - 1)::numeric, 4) as home_value_yearly_change,
  round((m.rent / nullif(before.rent, 0) - 1)::numeric, 4) as rent_yearly_change,
  round((12 * m.rent / nullif(m.home_value, 0))::numeric, 4) as gross_yield
from month_index as m
left join month_index as before
  on before.area_kind = m.area_kind
  and before.area_code = m.area_code
  and before.month = m.year_before
