{#
  incremental_strategy 'sync': make the table equal to the query's result by writing only the rows that differ
  (PostgreSQL 17 and later: WHEN NOT MATCHED BY SOURCE). The relation keeps its OID, so policies, grants, indexes and
  dependent views survive, and readers see the old state until the commit.
#}
{% macro get_incremental_sync_sql(arg_dict) %}
  analyze {{ arg_dict['temp_relation'] }};
  {{ merge_differing(arg_dict) }}
  when not matched by source then delete
{% endmacro %}

{#
  incremental_strategy 'upsert': the same for the keys in `_changed` only. A changed key that the query no longer
  returns loses its rows. `meta.changed_key` names the columns of `_changed` where they are not tenant and property.
#}
{% macro get_incremental_upsert_sql(arg_dict) %}
  analyze {{ arg_dict['temp_relation'] }};
  {%- set keys = model.config.meta.get('changed_key', ['tenant_id', 'property_id']) -%}
  delete from {{ arg_dict['target_relation'] }} as t
  using _changed as c
  where {% for k in keys %}t.{{ k }} = c.{{ k }} and {% endfor %}
    not exists (
      select from {{ arg_dict['temp_relation'] }} as s
      where {% for k in arg_dict['unique_key'] %}s.{{ k }} = t.{{ k }}{{ ' and ' if not loop.last }}{% endfor %}
    );
  {{ merge_differing(arg_dict) }}
{% endmacro %}

{# incremental_strategy 'changed', our default: 'sync' in a rebuild, otherwise 'upsert'. #}
{% macro get_incremental_changed_sql(arg_dict) %}
  {%- if takes_changes() -%}
    {{ get_incremental_upsert_sql(arg_dict) }}
  {%- else -%}
    {{ get_incremental_sync_sql(arg_dict) }}
  {%- endif -%}
{% endmacro %}

{% macro merge_differing(arg_dict) %}
  {%- set keys = arg_dict['unique_key'] -%}
  {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | list -%}
  {%- set rest = arg_dict['dest_columns'] | rejectattr('name', 'in', keys) | map(attribute='quoted') | list -%}
  merge into {{ arg_dict['target_relation'] }} as t
  using {{ arg_dict['temp_relation'] }} as s
  on {% for k in keys %}t.{{ k }} = s.{{ k }}{{ ' and ' if not loop.last }}{% endfor %}
  when matched and (t.{{ rest | join(', t.') }}) is distinct from (s.{{ rest | join(', s.') }})
    then update set {% for c in rest %}{{ c }} = s.{{ c }}{{ ', ' if not loop.last }}{% endfor %}

  when not matched by target
    then insert ({{ columns | join(', ') }}) values (s.{{ columns | join(', s.') }})
{% endmacro %}
