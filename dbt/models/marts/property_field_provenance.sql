{{ config(materialized='view') }}
-- Where each number of a property comes from: the value in force, the answer that it was taken from, the rule that chose
-- it, and what the other sources said. Built when read; ask for one property or a few.
select
  d.tenant_id,
  d.property_id,
  f.field,
  f.value,
  s.source,
  s.label,
  max(o.fetched_at) filter (where o.source = s.source) as fetched_at,
  max(o.observed_at) filter (where o.source = s.source) as observed_at,
  max(o.licence) filter (where o.source = s.source) as licence,
  max(o.cost_microusd) filter (where o.source = s.source) as cost_microusd,
  max(o.raw_table) filter (where o.source = s.source) as raw_table,
  max(o.raw_id) filter (where o.source = s.source) as raw_id,
  case
    when s.source is null then 'no source has a value that may be used'
    when won.rank = 1 then 'first in rank'
    when bool_or(ranked.rank < won.rank and o.rejected is not null)
      then 'rank ' || won.rank || ': what ranks before it may not be used'
    when bool_or(ranked.rank < won.rank) then 'rank ' || won.rank || ': what ranks before it is too old'
    else 'rank ' || won.rank || ': nothing that ranks before it has a value'
  end as rule,
  coalesce(
    jsonb_agg(
      jsonb_build_object('source', o.source, 'value', o.value, 'fetched_at', o.fetched_at, 'rejected', o.rejected)
      order by ranked.rank
    ) filter (where o.source <> coalesce(s.source, '')),
    '[]'::jsonb
  ) as candidates
from {{ ref('dim_property') }} as d
cross join lateral (
  values
  {%- for field in property_fields() %}
    ('{{ field }}', d.{{ field }}::text, d.{{ field }}_src){{ ',' if not loop.last }}
  {%- endfor %}
) as f (field, value, source_code)
left join {{ ref('source') }} as s on s.source_code = f.source_code
left join {{ ref('field_precedence') }} as won
  on won.field = f.field
  and won.source = s.source
left join {{ ref('int_property__observation') }} as o
  on o.tenant_id = d.tenant_id
  and o.property_id = d.property_id
  and o.field = f.field
left join {{ ref('field_precedence') }} as ranked
  on ranked.field = o.field
  and ranked.source = o.source
where s.source is not null
  or o.rejected is not null
group by d.tenant_id, d.property_id, f.field, f.value, s.source, s.label, won.rank
