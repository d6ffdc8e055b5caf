{#
  What every staging model of a landed source begins with: whose answer it is, when and under which licence it came, what
  it cost. The alias of the landed row is `r`; `observed_at` is an expression for the day on which the answer was true.
#}
{% macro landed_key(observed_at='r.logical_date') -%}
  r.tenant_id,
  r.property_id,
  r.raw_id,
  r.logical_date,
  r.fetched_at,
  {{ observed_at }} as observed_at,
  r.licence,
  r.cost_microusd
{%- endmacro %}
