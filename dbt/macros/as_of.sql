{#
  The day a build speaks for, as a date literal. It comes from the variable `as_of` or, on the event path, from the
  environment variable REOS_AS_OF: a changed --vars would cost a full parse of the project, a changed environment
  variable read at execution costs nothing. Nothing is known of days after it, and no model calls now().
#}
{% macro as_of() -%}
  {%- if execute -%}
    '{{ var("as_of", none) or env_var("REOS_AS_OF") }}'::date
  {%- else -%}
    null::date
  {%- endif -%}
{%- endmacro %}
