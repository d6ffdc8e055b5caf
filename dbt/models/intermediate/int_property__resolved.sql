{{ config(
    unique_key=['tenant_id', 'property_id'],
    on_schema_change='append_new_columns',
    pre_hook=["{{ stage_changed('landing_batch') }}", "{{ stage_evidence() }}"],
    post_hook=[
      "{{ forward_dirty(['int_property__valued', 'dim_property']) }}",
      "{{ forward_evidence('int_market__price_level') }}",
    ],
    indexes=[
      {'columns': ['tenant_id', 'property_id'], 'unique': true},
      {'columns': ['tenant_id', 'county_fips', 'zip5']},
    ],
) }}
-- One property as we believe it to be: every field from the source that wins it, with the code of that source beside it.
-- depends_on: {{ ref('field_precedence') }}
-- depends_on: {{ ref('source') }}
{%- set precedence = field_precedence() %}
with lead_row as (
  select p.*
  from {{ ref('stg_app__property') }} as p
  {{ join_changed('p') }}
  where (p.tenant_id, p.property_id) not in ({{ pending_properties() }})
),

import_roll as (
  {{ newest(ref('stg_import__roll'), 's.observed_at desc, s.logical_date desc, s.record_key desc') }}
),

import_sale as (
  select distinct on (m.tenant_id, m.property_id)
    m.tenant_id,
    m.property_id as home_id,
    s.sale_date as last_sale_date,
    s.sale_price as last_sale_price
  {{ of_members(ref('stg_import__sale'), 's') }}
  {{ join_changed('m') }}
  where s.logical_date <= {{ as_of() }}
    and s.sale_date <= {{ as_of() }}
  order by m.tenant_id, m.property_id, s.sale_date desc, s.sale_price desc
),

import_row as (
  select
    r.*,
    s.last_sale_date,
    s.last_sale_price
  from import_roll as r
  left join import_sale as s
    on s.tenant_id = r.tenant_id
    and s.home_id = r.home_id
),

{% for source, answers in answering_sources().items() -%}
{{ source }}_row as (
  {{ newest(ref(answers.model), 's.logical_date desc') }}
),

{% endfor -%}
geocode_row as (
  {{ newest(ref('stg_geocode__point'), 's.logical_date desc', per=['m.member_id', 's.source']) }}
),

{% for source in geocoders() -%}
{{ source }}_row as (
  {{ point_of(source) }}
),

{% endfor -%}
flagged_row as (
  select
    g.tenant_id,
    g.home_id,
    array_agg({{ point_text('g') }}) as points
  from geocode_row as g
  where g.is_flagged
  group by g.tenant_id, g.home_id
),

picked as (
  select
    lead_row.tenant_id,
    lead_row.property_id,
    {%- for field, type in property_fields().items() %}
    {{ resolve(field, type, precedence.get(field, [])) }},
    {%- endfor %}
    coalesce(attom_row.recorded_loan, attom_basic_profile_row.recorded_loan) as recorded_loan,
    (
      {%- for field, tolerance in key_fields().items() %}
      {{ is_disputed(field, tolerance, precedence.get(field, [])) }}{{ ' +' if not loop.last }}
      {%- endfor %}
    )::smallint as disputed_fields
  from lead_row
  {%- for name in ['import'] + answering_sources() | list + geocoders() + ['flagged'] %}
  left join {{ name }}_row
    on {{ name }}_row.tenant_id = lead_row.tenant_id
    and {{ name }}_row.home_id = lead_row.property_id
  {%- endfor %}
)

select
  p.*,
  num_nonnulls({% for field in key_fields() %}p.{{ field }}{{ ', ' if not loop.last }}{% endfor %})::smallint
    as present_fields,
  case when p.living_sqft > 0 then round(p.last_sale_price::numeric / p.living_sqft, 2) end as sale_price_per_sqft,
  {%- set hashed = [] -%}
  {%- for field, type in property_fields().items() -%}
    {%- do hashed.append("to_char(p." ~ field ~ ", 'YYYY-MM-DD')" if type == 'date' else 'p.' ~ field) -%}
    {%- do hashed.append('p.' ~ field ~ '_src') -%}
  {%- endfor %}
  {{ row_hash(hashed) }} as resolved_hash
from picked as p
{% if has_rows_already() -%}
union all
-- a property with facts that no gate has seen stays as it is
select {{ kept_columns('t', resolved_columns()) }}
from {{ this }} as t
where (t.tenant_id, t.property_id) in ({{ pending_properties() }})
{% endif -%}
