{#
  What every arrival view is made of: the columns that a gate finds a row again by, whether an answer is the newest, and
  the rows of the landing batch. The alias of the landed row is `r`, that of the member it was landed under `m`.
#}
{% macro arrival_key() -%}
  r.tenant_id,
  r.property_id,
  r.raw_id,
  encode(r.body_sha256, 'hex') as body_sha256,
  r.logical_date
{%- endmacro %}

{# Whether no later answer of the property was landed; `per` are columns that tell its series of answers apart. #}
{% macro is_newest(relation, per=[]) -%}
  not exists (
    select from {{ relation }} as newer
    where newer.tenant_id = r.tenant_id
      and newer.property_id = r.property_id
      {%- for column in per %}
      and newer.{{ column }} = r.{{ column }}
      {%- endfor %}
      and newer.logical_date > r.logical_date
  )
{%- endmacro %}

{# FROM and its joins: the landed rows of the properties that the running build has claimed. #}
{% macro of_landing_batch(relation) -%}
  from {{ relation }} as r
join {{ ref('stg_app__member') }} as m
  on m.tenant_id = r.tenant_id
  and m.member_id = r.property_id
join ({{ landing_batch() }}) as batch
  on batch.tenant_id = m.tenant_id
  and batch.property_id = m.property_id
{%- endmacro %}
