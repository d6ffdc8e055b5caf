{# The schema is the one that dbt_project.yml names, the same in every environment; the database says which environment. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
