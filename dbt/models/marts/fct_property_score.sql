{{ config(
    unique_key=['tenant_id', 'property_id'],
    pre_hook="{{ stage_changed() }}",
    post_hook=["{{ forward_dirty(['property.scored']) }}", "{{ tenant_rls() }}"],
    indexes=[
      {'columns': ['tenant_id', 'property_id'], 'unique': true},
      {'columns': ['tenant_id', 'score', 'property_id']},
    ],
) }}
-- The score in force of every property that is alive: the latest of its history.
select distinct on (h.tenant_id, h.property_id)
  h.tenant_id,
  h.property_id,
  h.score_version,
  {%- for column in score_columns() %}
  h.{{ column }}{{ ',' if not loop.last }}
  {%- endfor %}
from {{ ref('fct_property_score_history') }} as h
{{ join_changed('h') }}
where exists (
  select from {{ ref('int_property__scored') }} as s
  where s.tenant_id = h.tenant_id
    and s.property_id = h.property_id
)
order by h.tenant_id, h.property_id, h.score_version desc
