{{ config(materialized='view') }}
-- Why a property has its score: a row a component, and their points sum to the score exactly.
select
  f.tenant_id,
  f.property_id,
  f.score_version,
  k.component_code,
  k.component,
  k.code as reason_code,
  k.label,
  k.meaning,
  c.input_value,
  c.low,
  c.high,
  c.points,
  c.max_points,
  c.input_value is null as missing
from {{ ref('fct_property_score') }} as f
cross join lateral unnest(
  f.reason_codes, f.component_values, f.component_lows, f.component_highs, f.component_points, f.component_max_points
) as c (reason_code, input_value, low, high, points, max_points)
join {{ ref('reason_code') }} as k on k.reason_code = c.reason_code
