{#
  The field whose source also gives this one: flood zone, hazard area and date of the map are one statement, and a flag of
  one map beside the zone of another would be nobody's.
#}
{% macro goes_with(field) -%}
  {{ return({'in_flood_hazard_area': 'flood_zone', 'flood_map_date': 'flood_zone'}.get(field)) }}
{%- endmacro %}

{# Whether a source has a value that may be used: a coordinate only as half of a point that nobody has flagged. #}
{% macro has_value(row, field) -%}
  {%- if field in ('latitude', 'longitude') -%}
  {{ point_text(row) }} is not null and {{ point_text(row) }} <> all (coalesce(flagged_row.points, '{}'))
  {%- else -%}
  {{ row }}.{{ goes_with(field) or field }} is not null
  {%- endif -%}
{%- endmacro %}

{# A point as text, which is the same wherever the same point is stated; null when a half of it is missing. #}
{% macro point_text(row) -%}
  ({{ row }}.latitude::text || ',' || {{ row }}.longitude::text)
{%- endmacro %}

{# Of the newest points of a home's members, that of one source; its own goes before those of what was merged into it. #}
{% macro point_of(source) -%}
  select distinct on (g.tenant_id, g.home_id) g.*
  from geocode_row as g
  where g.source = '{{ source }}'
  order by g.tenant_id, g.home_id, g.property_id = g.home_id desc, g.logical_date desc
{%- endmacro %}
