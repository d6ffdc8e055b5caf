{#
  What a property says about its market (where it is, its last sale and price per square foot) before the run, so that
  after it only properties whose evidence changed make the market's price levels be computed again.
#}
{% macro stage_evidence() %}
  {%- if execute and takes_changes() -%}
    create temporary table _evidence on commit drop as
    select {{ evidence_columns('r') }} from {{ this }} as r {{ join_changed('r') }}
  {%- else -%}
    select 1
  {%- endif -%}
{% endmacro %}

{% macro forward_evidence(model_name) %}
  {%- if execute -%}
    {%- set queue = source('app', 'dirty_property') -%}
    {%- if has_staged() -%}
    insert into {{ queue }} (model, tenant_id, property_id)
    select distinct '{{ model_name }}', moved.tenant_id, moved.property_id
    from (
      (table _evidence except select {{ evidence_columns('r') }} from {{ this }} as r {{ join_changed('r') }})
      union all
      (select {{ evidence_columns('r') }} from {{ this }} as r {{ join_changed('r') }} except table _evidence)
    ) as moved
    {%- else -%}
    insert into {{ queue }} (model, tenant_id, property_id)
    select '{{ model_name }}', r.tenant_id, r.property_id from {{ this }} as r
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{% macro evidence_columns(r) -%}
  {{ r }}.tenant_id, {{ r }}.property_id, {{ r }}.county_fips, {{ r }}.zip5, {{ r }}.last_sale_date, {{ r }}.sale_price_per_sqft
{%- endmacro %}
