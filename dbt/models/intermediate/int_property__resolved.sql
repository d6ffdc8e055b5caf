{{ config(
    unique_key=['tenant_id', 'property_id'],
    pre_hook=["{{ stage_changed(audited_up_to()) }}", "{{ stage_evidence() }}"],
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
),

import_roll as (
  {{ newest(ref('stg_import__roll'), 's.observed_at desc, s.logical_date desc, s.record_key desc') }}
),

import_sale as (
  select distinct on (s.tenant_id, s.property_id)
    s.tenant_id,
    s.property_id,
    s.sale_date as last_sale_date,
    s.sale_price as last_sale_price
  from {{ ref('stg_import__sale') }} as s
  {{ join_changed('s') }}
  where s.logical_date <= {{ as_of() }}
    and s.sale_date <= {{ as_of() }}
  order by s.tenant_id, s.property_id, s.sale_date desc, s.sale_price desc
),

import_row as (
  select
    r.*,
    s.last_sale_date,
    s.last_sale_price
  from import_roll as r
  left join import_sale as s
    on s.tenant_id = r.tenant_id
    and s.property_id = r.property_id
),

county_assessor_row as (
  {{ newest(ref('stg_county_assessor__parcel'), 's.logical_date desc') }}
),

attom_row as (
  {{ newest(ref('stg_attom__property'), 's.logical_date desc') }}
),

picked as (
  select
    lead_row.tenant_id,
    lead_row.property_id,
    {%- for field, type in property_fields().items() %}
    {{ resolve(field, type, precedence.get(field, [])) }},
    {%- endfor %}
    attom_row.recorded_loan,
    (
      {%- for field, tolerance in key_fields().items() %}
      {{ is_disputed(field, tolerance, precedence.get(field, [])) }}{{ ' +' if not loop.last }}
      {%- endfor %}
    )::smallint as disputed_fields
  from lead_row
  left join import_row
    on import_row.tenant_id = lead_row.tenant_id
    and import_row.property_id = lead_row.property_id
  left join county_assessor_row
    on county_assessor_row.tenant_id = lead_row.tenant_id
    and county_assessor_row.property_id = lead_row.property_id
  left join attom_row
    on attom_row.tenant_id = lead_row.tenant_id
    and attom_row.property_id = lead_row.property_id
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
