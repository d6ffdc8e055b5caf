{#
  The columns of a relation with their full types. dbt-postgres asks the information schema, which says ARRAY for every
  array and is slow; a unit test could then not build a fixture for a table that has one.
#}
{% macro postgres__get_columns_in_relation(relation) -%}
  {% call statement('get_columns_in_relation', fetch_result=True) %}
    select
      a.attname as column_name,
      format_type(a.atttypid, a.atttypmod) as data_type,
      null::integer as character_maximum_length,
      null::integer as numeric_precision,
      null::integer as numeric_scale
    from pg_attribute as a
    where a.attrelid = '{{ relation.include(database=false) }}'::regclass
      and a.attnum > 0
      and not a.attisdropped
    order by a.attnum
  {% endcall %}
  {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}
