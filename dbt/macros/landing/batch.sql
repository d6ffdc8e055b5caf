{#
  The landing batch: the queue of properties that the running build has claimed (plugins/reos/pipeline/landing_batch.py).
  Its raw rows are what the landing gate reads.
#}
{% macro landing_batch() -%}
  select distinct
    d.tenant_id,
    d.property_id
  from {{ source('app', 'dirty_property') }} as d
  where d.model = 'landing_batch'
{%- endmacro %}

{#
  Properties with a fact that no gate has seen: what was queued after the claim, and the survivors of those. Read in the
  statement that reads raw rows, so that both see the same moment. Compared by IN and NOT IN: the planner hashes them
  whatever size it expects.
#}
{% macro pending_properties() -%}
  select
    news.tenant_id,
    news.property_id
  from {{ source('app', 'dirty_property') }} as news
  where news.model = 'int_property__resolved'
  union all
  select
    absorbed.tenant_id,
    absorbed.merged_into
  from {{ source('app', 'dirty_property') }} as news
  join {{ source('app', 'property') }} as absorbed
    on absorbed.tenant_id = news.tenant_id
    and absorbed.property_id = news.property_id
  where news.model = 'int_property__resolved'
    and absorbed.merged_into is not null
{%- endmacro %}
