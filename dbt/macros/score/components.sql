{# Version of the score's formula. Raise it with every change of a number that the formula yields, and rebuild. #}
{% macro score_model_version() %}score-1{% endmacro %}

{# The components in the order of their codes (the first is 1), each with the expression it is measured by. #}
{% macro score_components() %}
  {{ return({
    'discount': 'v.discount',
    'equity': 'v.equity',
    'condition': 'v.condition',
    'age': 'extract(year from coalesce(v.market_date, ' ~ as_of() ~ ')) - v.effective_year',
    'size': 'v.living_sqft',
    'location_momentum': 'v.yearly_trend',
    'data_confidence': 'v.data_confidence',
  }) }}
{% endmacro %}

{# Points of a component: none at `low`, all at `high`, in proportion between them, nothing for a missing value. #}
{% macro points(value, max_points, low, high) -%}
  coalesce(
    round({{ max_points }} * least(1, greatest(0, ({{ value }} - {{ low }}) / ({{ high }} - {{ low }})))), 0
  )::smallint
{%- endmacro %}

{# Reason: ten times the component's code, plus 0 missing, 1 no points, 2 some, 3 all. #}
{% macro reason_code(component_code, value, points, max_points) -%}
  ({{ component_code }} * 10 + case
    when {{ value }} is null then 0
    when {{ points }} = 0 then 1
    when {{ points }} < {{ max_points }} then 2
    else 3
  end)::smallint
{%- endmacro %}
