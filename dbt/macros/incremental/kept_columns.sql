{# The columns of int_property__resolved in their order. #}
{% macro resolved_columns() %}
  {%- set names = ['tenant_id', 'property_id'] -%}
  {%- for field in property_fields() -%}{%- do names.extend([field, field ~ '_src']) -%}{%- endfor -%}
  {{ return(names + [
    'recorded_loan', 'disputed_fields', 'present_fields', 'sale_price_per_sqft', 'resolved_hash',
  ]) }}
{% endmacro %}

{# Columns of the model's table as it stands; null for those that it gains in this run. #}
{% macro kept_columns(alias, names) -%}
  {%- set there = adapter.get_columns_in_relation(this) | map(attribute='name') | list if execute else names -%}
  {%- for name in names -%}
    {{ alias ~ '.' ~ name if name in there else 'null' }}{{ ', ' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}
