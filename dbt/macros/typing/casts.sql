{#
  Text from a provider to a type: null when it is not one, never an error, so that one bad value cannot stop a build.
  What is odd about a value is the landing gate's business, not a cast's.
#}
{% macro to_text(expression) -%}
  nullif(btrim({{ expression }}), '')
{%- endmacro %}

{# Known ways of saying nothing: blanks, UNKNOWN, N/A. #}
{% macro to_name(expression) -%}
  case
    when upper({{ to_text(expression) }}) not in ('UNKNOWN', 'N/A', 'NA', 'NONE', 'NOT AVAILABLE')
      then upper({{ to_text(expression) }})
  end
{%- endmacro %}

{% macro to_number(expression) -%}
  case
    when btrim({{ expression }}) ~ '^-?[0-9]{1,12}([.][0-9]{1,15})?$' then btrim({{ expression }})::numeric
  end
{%- endmacro %}

{# A count or an amount, which is positive: providers write 0 for "not recorded" and "not disclosed". #}
{% macro to_positive(expression, type='integer') -%}
  nullif(greatest(round({{ to_number(expression) }}), 0), 0)::{{ type }}
{%- endmacro %}

{# A whole number between two bounds, null outside them. #}
{% macro to_between(expression, low, high, type='smallint') -%}
  case
    when {{ to_number(expression) }} between {{ low }} and {{ high }} then round({{ to_number(expression) }})::{{ type }}
  end
{%- endmacro %}

{# Baths come in quarters; 0 is "not recorded". `halves` counts those without a tub, where a source counts them apart. #}
{% macro to_baths(expression, halves=none) -%}
  {%- set number = to_number(expression) -%}
  {%- if halves -%}
    {%- set number = '(' ~ number ~ ' + coalesce(0.5 * ' ~ to_number(halves) ~ ', 0))' -%}
  {%- endif -%}
  case when {{ number }} between 0.25 and 99 then ({{ number }})::numeric(4, 2) end
{%- endmacro %}

{# An ISO day. The pattern comes first: PostgreSQL would also read 'today'. #}
{% macro to_day(expression) -%}
  case
    when left({{ expression }}, 10) ~ '^[12][0-9]{3}-[01][0-9]-[0-3][0-9]$'
      and pg_input_is_valid(left({{ expression }}, 10), 'date')
      then left({{ expression }}, 10)::date
  end
{%- endmacro %}

{# The same for providers that leave out leading zeros, as in 2018-5-10. #}
{% macro to_loose_day(expression) -%}
  case
    when {{ expression }} ~ '^[12][0-9]{3}-[01]?[0-9]-[0-3]?[0-9](?![0-9])'
      and pg_input_is_valid(substring({{ expression }} from '^[0-9]+-[0-9]+-[0-9]+'), 'date')
      then substring({{ expression }} from '^[0-9]+-[0-9]+-[0-9]+')::date
  end
{%- endmacro %}

{# ArcGIS dates are milliseconds since 1970 in UTC. #}
{% macro epoch_ms_to_day(expression) -%}
  case
    when {{ expression }} ~ '^-?[0-9]{1,14}$'
      then (date '1970-01-01' + floor(({{ expression }})::numeric / 86400000)::integer)
  end
{%- endmacro %}

{% macro to_zip5(expression) -%}
  case when {{ to_text(expression) }} ~ '^[0-9]{5}(-?[0-9]{4})?$' then left({{ to_text(expression) }}, 5) end
{%- endmacro %}

{% macro to_latitude(expression) -%}
  case when {{ to_number(expression) }} between -90 and 90 and {{ to_number(expression) }} <> 0
    then {{ to_number(expression) }}::double precision end
{%- endmacro %}

{% macro to_longitude(expression) -%}
  case when {{ to_number(expression) }} between -180 and 180 and {{ to_number(expression) }} <> 0
    then {{ to_number(expression) }}::double precision end
{%- endmacro %}
