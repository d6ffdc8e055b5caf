{# Write descriptions into the database when a relation is made or rebuilt, not on each event: comments are catalogue writes. #}
{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
  {%- if not has_staged() -%}
    {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
  {%- endif -%}
{%- endmacro %}
