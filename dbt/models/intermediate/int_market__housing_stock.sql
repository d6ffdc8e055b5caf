{{ config(materialized='view') }}
-- The housing stock of a ZIP code, county or tract in one row a survey: what it is worth, what it rents for, how old it
-- is, how much of it stands empty or is lived in by its owner.
{%- set figures = {
  'home_value': 'B25077_001', 'gross_rent': 'B25064_001', 'yearly_tax': 'B25103_001', 'year_built': 'B25035_001',
} %}
select
  a.area_kind,
  a.area_code,
  a.year,
  {%- for name, variable in figures.items() %}
  max(a.estimate) filter (where a.variable = '{{ variable }}') as median_{{ name }},
  max(a.margin) filter (where a.variable = '{{ variable }}') as median_{{ name }}_margin,
  {%- endfor %}
  {{ share_of_units('B25002_003', 'B25002_001') }} as vacant_share,
  {{ share_of_units('B25003_002', 'B25003_001') }} as owner_occupied_share,
  {{ share_of_units('B25003_003', 'B25003_001') }} as renter_occupied_share,
  round(
    (12 * max(a.estimate) filter (where a.variable = 'B25064_001')
      / nullif(max(a.estimate) filter (where a.variable = 'B25077_001'), 0))::numeric, 4
  ) as gross_yield
from {{ ref('stg_census__acs') }} as a
group by a.area_kind, a.area_code, a.year
