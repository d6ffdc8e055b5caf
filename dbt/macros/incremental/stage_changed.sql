{#
  Pre-hook, in the model's own transaction: drain the model's queue into the temporary table `_changed`. If the model
  fails, the drain is rolled back with it, so no key is lost; there is no watermark that could skip a late commit.
  When everything is recomputed anyway, the queue is only emptied: the query that follows sees at least those rows.
  `queue` is the model's name unless another is given.
#}
{% macro stage_changed(queue=none) %}
  {%- if execute -%}
    {%- if takes_changes() %}
    create temporary table _changed on commit drop as
    with drained as ({{ drain_queue(queue) }} returning tenant_id, property_id)
    select distinct tenant_id, property_id from drained;
    analyze _changed
    {%- else %}
    {{ drain_queue(queue) }}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{% macro drain_queue(queue=none) -%}
  delete from {{ source('app', 'dirty_property') }} where model = '{{ queue or this.identifier }}'
{%- endmacro %}

{# Whether this transaction has staged `_changed`. Asked of the database: a new table exists by the time post-hooks run. #}
{% macro has_staged() %}
  {{- return(run_query("select to_regclass('pg_temp._changed') is not null").columns[0].values()[0]) -}}
{% endmacro %}

{# Post-hook: queue the same properties for the models that read this one; after a full computation, all of them. #}
{% macro forward_dirty(models) %}
  {%- if execute -%}
    insert into {{ source('app', 'dirty_property') }} (model, tenant_id, property_id)
    select next.model, moved.tenant_id, moved.property_id
    from {{ '_changed' if has_staged() else this }} as moved
    cross join (values {% for model in models %}('{{ model }}'){{ ', ' if not loop.last }}{% endfor %}) as next (model)
  {%- endif -%}
{% endmacro %}

{#
  Post-hook: after a large change, tell the planner at once what the table holds now, since the next model reads it in the
  same run. Small changes leave that to autovacuum.
#}
{% macro analyze_grown() %}
  {%- if execute and has_staged() -%}
    do $$
    begin
      if (select count(*) from _changed) > 1000 then
        analyze {{ this }};
      end if;
    end $$
  {%- elif execute -%}
    analyze {{ this }}
  {%- endif -%}
{% endmacro %}
