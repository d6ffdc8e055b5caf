{#
  Whether a zone of a flood map is in FEMA's special flood hazard area, where a lender demands insurance: those that begin
  with A or V are, X (and its old names B and C) are not. Zone D and what is not mapped say nothing, which is not "no".
#}
{% macro in_flood_hazard_area(zone) -%}
  case
    when {{ zone }} ~ '^(A(E|H|O|R|99|[0-9]{1,2})?|V(E|[0-9]{1,2})?)$' then true
    when {{ zone }} in ('X', 'B', 'C') then false
  end
{%- endmacro %}
