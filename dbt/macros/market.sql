{# The share that one count of an area's units is of another, in a group of the survey's rows. #}
{% macro share_of_units(part, whole) -%}
  round(
    (max(a.estimate) filter (where a.variable = '{{ part }}')
      / nullif(max(a.estimate) filter (where a.variable = '{{ whole }}'), 0))::numeric, 4
  )
{%- endmacro %}
