{{ config(
    unique_key=['tenant_id', 'property_id'],
    pre_hook="{{ stage_changed() }}",
    post_hook="{{ forward_dirty(['fct_property_score_history']) }}",
    indexes=[{'columns': ['tenant_id', 'property_id'], 'unique': true}],
) }}
-- The candidate score of each property: what the marts gate audits before anyone sees it. Properties of a tenant without
-- active weights have none.
{%- set components = score_components() %}
with measured as (
  select
    v.*,
    w.weights_version,
    w.max_points,
    w.low,
    w.high,
    {%- for name, expression in components.items() %}
    ({{ expression }})::numeric as {{ name }}_value,
    {{ points('(' ~ expression ~ ')', 'w.max_points[' ~ loop.index ~ ']', 'w.low[' ~ loop.index ~ ']',
      'w.high[' ~ loop.index ~ ']') }} as {{ name }}_points{{ ',' if not loop.last }}
    {%- endfor %}
  from {{ ref('int_property__valued') }} as v
  {{ join_changed('v') }}
  join {{ ref('int_score_weight__arranged') }} as w on w.tenant_id = v.tenant_id
),

explained as (
  select
    m.*,
    ({% for name in components %}m.{{ name }}_points{{ ' + ' if not loop.last }}{% endfor %})::smallint as score,
    (
      m.data_confidence * ({% for name in components %}
      case when m.{{ name }}_value is null then 0 else coalesce(m.max_points[{{ loop.index }}], 0) end
      {{- ' +' if not loop.last }}{% endfor %}
      ) / 100
    )::numeric(4, 3) as certainty,
    array[{% for name in components %}m.{{ name }}_points{{ ', ' if not loop.last }}{% endfor %}] as component_points,
    array[{% for name in components %}trim_scale(m.{{ name }}_value){{ ', ' if not loop.last }}{% endfor %}]
      as component_values,
    array[{% for name in components %}
      {{ reason_code(loop.index, 'm.' ~ name ~ '_value', 'm.' ~ name ~ '_points', 'm.max_points[' ~ loop.index ~ ']') }}
      {{- ',' if not loop.last }}{% endfor %}
    ] as reason_codes
  from measured as m
)

select
  e.tenant_id,
  e.property_id,
  e.score,
  e.certainty::real as confidence,
  '{{ score_model_version() }}'::text as model_version,
  e.weights_version,
  {{ as_of() }} as as_of,
  e.market_date,
  e.estimated_value,
  e.comparable_area,
  e.comparable_count,
  e.price_per_sqft::numeric(12, 2) as price_per_sqft,
  e.recent_price,
  e.owed,
  e.missing_inputs,
  array[{% for name in components %}{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}]::smallint[]
    as component_codes,
  e.component_points,
  e.max_points as component_max_points,
  e.component_values,
  e.low as component_lows,
  e.high as component_highs,
  e.reason_codes,
  {{ row_hash([
    "'" ~ score_model_version() ~ "'", 'e.weights_version', 'e.max_points', 'e.low', 'e.high', 'e.component_values',
    'e.certainty', 'e.estimated_value', 'e.comparable_area', 'e.comparable_count', 'e.price_per_sqft', 'e.recent_price',
    'e.owed', "to_char(e.market_date, 'YYYY-MM-DD')", 'e.missing_inputs',
  ]) }} as inputs_hash
from explained as e
