{# The rows of a landed source under the home that they count for, which is `m.property_id`. #}
{% macro of_members(relation, alias) -%}
  from {{ ref('stg_app__member') }} as m
  join {{ relation }} as {{ alias }}
    on {{ alias }}.tenant_id = m.tenant_id
    and {{ alias }}.property_id = m.member_id
{%- endmacro %}

{#
  The newest row of each home that was known on as_of, with its id as `home_id`: of all its members (stg_app__member), and
  of equally new ones its own. In an incremental run of the changed properties only. `per` adds columns to the key.
#}
{% macro newest(relation, order, per=[]) -%}
  {%- set key = (['m.tenant_id', 'm.property_id'] + per) | join(', ') -%}
  select distinct on ({{ key }})
    m.property_id as home_id,
    s.*,
    {{ as_of() }} - (s.fetched_at at time zone 'UTC')::date as age_days
  {{ of_members(relation, 's') }}
  {{ join_changed('m') }}
  where s.logical_date <= {{ as_of() }}
  order by {{ key }}, {{ order }}, m.member_id = m.property_id desc
{%- endmacro %}

{# The same without a day: the newest row of each home that there is. #}
{% macro latest(relation, order, per=[]) -%}
  {%- set key = (['m.tenant_id', 'm.property_id'] + per) | join(', ') -%}
  select distinct on ({{ key }})
    m.property_id as home_id,
    s.*
  {{ of_members(relation, 's') }}
  order by {{ key }}, {{ order }}, m.member_id = m.property_id desc
{%- endmacro %}
