{#
  The value at the first of some paths ('sale.amount.saleamt') that has one, in an object of ATTOM whose keys were
  lowered as `j.body`: their casing depends on the endpoint and is mixed within one answer. None of the paths is empty.
#}
{% macro attom_at() -%}
  {%- set found = [] -%}
  {%- for path in varargs -%}
    {%- set value = "j.body #>> '{" ~ path | replace('.', ',') ~ "}'" -%}
    {%- do found.append(value if varargs | length == 1 else 'nullif(btrim(' ~ value ~ "), '')") -%}
  {%- endfor -%}
  {{ found[0] if found | length == 1 else 'coalesce(' ~ found | join(', ') ~ ')' }}
{%- endmacro %}

{# The lowered object beside its row; LIMIT keeps the planner from lowering it once for each path. #}
{% macro attom_lowered() -%}
  cross join lateral (select lower(r.body::text)::jsonb as body limit 1) as j
{%- endmacro %}
