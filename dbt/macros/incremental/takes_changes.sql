{#
  Whether this run recomputes only the queued properties; false when the table is new, the build is a rebuild, or a unit
  test runs (where `this` is none).
#}
{% macro takes_changes() %}
  {{ return(has_rows_already() and not var('rebuild', false)) }}
{% endmacro %}

{# Whether the table exists, in a rebuild too. #}
{% macro has_rows_already() %}
  {{ return(this is not none and is_incremental()) }}
{% endmacro %}

{# Join that restricts `relation_alias` to the drained keys; nothing when everything is recomputed. #}
{% macro join_changed(relation_alias, columns=['tenant_id', 'property_id']) -%}
  {%- if takes_changes() -%}
    join _changed as changed on
    {%- for column in columns %} changed.{{ column }} = {{ relation_alias }}.{{ column }} {{ 'and' if not loop.last }}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}
