{{ config(
    incremental_strategy='append',
    pre_hook="{{ stage_changed() }}",
    post_hook="{{ forward_dirty(['fct_property_score']) }}",
    indexes=[{'columns': ['tenant_id', 'property_id', 'score_version'], 'unique': true}],
) }}
-- Every score that was ever published: one row a change of a property's inputs, never altered, numbered from 1. Rows that
-- the marts gate holds back are left out, and an older as_of never follows a newer one.
select
  s.tenant_id,
  s.property_id,
  (coalesce(last.score_version, 0) + 1)::integer as score_version,
  {%- for column in score_columns() %}
  s.{{ column }}{{ ',' if not loop.last }}
  {%- endfor %}
from {{ ref('int_property__scored') }} as s
{{ join_changed('s') }}
left join lateral (
  {% if is_incremental() -%}
  select
    h.score_version,
    h.inputs_hash,
    h.as_of
  from {{ this }} as h
  where h.tenant_id = s.tenant_id
    and h.property_id = s.property_id
  order by h.score_version desc
  limit 1
  {%- else -%}
  select
    null::integer as score_version,
    null::text as inputs_hash,
    null::date as as_of
  {%- endif %}
) as last on true
where last.inputs_hash is distinct from s.inputs_hash
  and coalesce(last.as_of <= s.as_of, true)
  and not exists (
    select from {{ source('app', 'quarantine') }} as q
    where q.tenant_id = s.tenant_id
      and q.property_id = s.property_id
      and q.suite = 'fct_property_score'
      and q.released_at is null
      and q.row_data ->> 'inputs_hash' = s.inputs_hash
  )
