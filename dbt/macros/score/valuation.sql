{# Constants of the valuation; the description of int_property__valued gives the reason of each. #}
{% macro market_window_days() %}730{% endmacro %}
{% macro half_year_days() %}183{% endmacro %}
{% macro least_sales() %}5{% endmacro %}
{% macro assessment_share() %}0.2{% endmacro %}
{% macro plausible_assessment_low() %}0.5{% endmacro %}
{% macro plausible_assessment_high() %}2{% endmacro %}
{% macro purchase_loan_share() %}0.8{% endmacro %}
{% macro loan_years() %}30.0{% endmacro %}

{# Number of an area's sales in a span without the property's own; `own` is its price per square foot, or null. #}
{% macro count_without(area, span, own) -%}
  ({{ area }}.{{ span }}_count - ({{ own }} is not null)::integer)
{%- endmacro %}

{#
  Median of an area's prices in a span without the property's own. Leaving one value out of a sorted list moves the middle
  by at most one place, so the three values in the middle decide; equal values are interchangeable.
#}
{% macro median_without(area, span, own) -%}
  {%- set lower, middle, upper = area ~ '.' ~ span ~ '_lower', area ~ '.' ~ span ~ '_middle', area ~ '.' ~ span ~ '_upper' -%}
  case
    when {{ own }} is null and {{ area }}.{{ span }}_count % 2 = 1 then {{ middle }}
    when {{ own }} is null then ({{ lower }} + {{ middle }}) / 2
    when {{ area }}.{{ span }}_count % 2 = 0 and {{ own }} <= {{ lower }} then {{ middle }}
    when {{ area }}.{{ span }}_count % 2 = 0 then {{ lower }}
    when {{ own }} < {{ middle }} then ({{ middle }} + {{ upper }}) / 2
    when {{ own }} = {{ middle }} then ({{ lower }} + {{ upper }}) / 2
    else ({{ lower }} + {{ middle }}) / 2
  end
{%- endmacro %}
