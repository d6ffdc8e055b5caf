{#
  Views without rename and drop cascade: CREATE OR REPLACE keeps the OID, so grants and dependent views survive and no
  reader meets a missing view; security_invoker is part of the statement, so the view never shows its owner's rows.
  PostgreSQL refuses to replace a view whose columns changed other than by adding some at the end: then drop it by hand.
#}
{% materialization view, adapter='postgres' %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% if existing is not none and not existing.is_view %}
    {% call statement('drop') %} drop {{ existing.type }} if exists {{ existing }} cascade {% endcall %}
  {% endif %}
  {%- set contract = config.get('contract') -%}
  {% if contract and contract.enforced %}{% do get_assert_columns_equivalent(sql) %}{% endif %}
  {% call statement('main') %}
    create or replace view {{ target_relation }} with (security_invoker = true) as (
      {{ sql }}
    )
  {% endcall %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
