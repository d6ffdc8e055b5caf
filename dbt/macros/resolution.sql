{# The fields of a property, in the order of dim_property, each with its type. #}
{% macro property_fields() %}
  {{ return({
    'county_fips': 'text', 'apn': 'text', 'address_line': 'text', 'city': 'text', 'state': 'text', 'zip5': 'text',
    'latitude': 'double precision', 'longitude': 'double precision', 'property_type': 'text', 'beds': 'smallint',
    'baths': 'numeric(4, 2)', 'living_sqft': 'integer', 'lot_sqft': 'integer', 'year_built': 'integer',
    'year_renovated': 'integer', 'condition': 'smallint', 'grade': 'smallint', 'owner_name': 'text',
    'owner_occupied': 'boolean', 'assessed_value': 'bigint', 'last_sale_date': 'date', 'last_sale_price': 'bigint',
    'zoning': 'text', 'flood_zone': 'text', 'in_flood_hazard_area': 'boolean', 'flood_map_date': 'date',
    'avm_value': 'bigint', 'estimated_rent': 'integer',
  }) }}
{% endmacro %}

{#
  Key fields of a property's record, each with the share by which two sources may differ and still agree (living area and
  lot: 5 %, assessed value: 10 %, year built: about two years, counts: not at all; null: not compared).
#}
{% macro key_fields() %}
  {{ return({
    'living_sqft': 0.05, 'lot_sqft': 0.05, 'beds': 0, 'baths': 0, 'year_built': 0.001, 'condition': none,
    'owner_name': none, 'assessed_value': 0.10, 'last_sale_price': none, 'zip5': none,
  }) }}
{% endmacro %}

{#
  field → its sources in rank order, each {source, source_code, max_age_days, licence}, from seeds/field_precedence.csv. Read when
  a model runs, so the rule is data; a change of it takes a rebuild. The relation comes from the graph, because ref()
  would be a fixture inside a unit test, which replaces this macro anyway.
#}
{% macro field_precedence() %}
  {%- set ranks = {} -%}
  {%- if execute -%}
    {%- set found = run_query(
      "select p.field, s.source, s.source_code, p.max_age_days, p.licence from "
      ~ graph.nodes['seed.reos.field_precedence'].relation_name ~ " p join "
      ~ graph.nodes['seed.reos.source'].relation_name ~ " s on s.source = p.source order by p.field, p.rank"
    ) -%}
    {%- for row in found.rows -%}
      {%- do ranks.setdefault(row['field'], []).append(
        {
          'source': row['source'], 'source_code': row['source_code'] | int, 'max_age_days': row['max_age_days'],
          'licence': row['licence'],
        }
      ) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(ranks) }}
{% endmacro %}

{#
  The candidates of a field in the order in which they win: sources that are fresh by rank, then stale ones by rank. A
  value is stale when it was fetched more than max_age_days before as_of; under a restricted licence it may then no longer
  be kept. Each is {when, value, source_code}.
#}
{% macro candidates(field, sources) %}
  {%- set found = [] -%}
  {%- for s in sources -%}
    {%- set has = has_value(s.source ~ '_row', field) -%}
    {%- set fresh = '' if s.max_age_days is none else ' and ' ~ s.source ~ '_row.age_days <= ' ~ (s.max_age_days | int) -%}
    {%- do found.append({'when': has ~ fresh, 'value': s.source ~ '_row.' ~ field, 'source_code': s.source_code}) -%}
  {%- endfor -%}
  {%- for s in sources if s.max_age_days is not none and s.licence != 'restricted' -%}
    {%- do found.append(
      {'when': has_value(s.source ~ '_row', field), 'value': s.source ~ '_row.' ~ field, 'source_code': s.source_code}
    ) -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{#
  The winning value of a field and beside it, in `<field>_src`, the code of its source. What goes with another field comes
  from the source of that one, and may be unknown there.
#}
{% macro resolve(field, type, sources) -%}
  {%- set found = candidates(field, sources) -%}
  {%- if not found -%}
  null::{{ type }} as {{ field }},
  null::smallint as {{ field }}_src
  {%- else -%}
  case
    {%- for c in found %}
    when {{ c.when }} then {{ c.value }}
    {%- endfor %}
  end::{{ type }} as {{ field }},
  case
    {%- for c in found %}
    when {{ c.when }} then {{ c.source_code if not goes_with(field) else
      'case when ' ~ c.value ~ ' is not null then ' ~ c.source_code ~ ' end' }}
    {%- endfor %}
  end::smallint as {{ field }}_src
  {%- endif -%}
{%- endmacro %}

{# 1 when two sources of a field contradict one another beyond the tolerance, else 0. #}
{% macro is_disputed(field, tolerance, sources) -%}
  {%- set values = [] -%}
  {%- for s in sources -%}{%- do values.append(s.source ~ '_row.' ~ field) -%}{%- endfor -%}
  {%- if tolerance is none or values | length < 2 -%}
  0
  {%- else -%}
  case
    when greatest({{ values | join(', ') }}) - least({{ values | join(', ') }})
      > {{ tolerance }} * greatest({{ values | join(', ') }}) then 1 else 0
  end
  {%- endif -%}
{%- endmacro %}

{# SHA-256 of the columns' text, in hex: equal on every machine, since no date or float format is left to a setting. #}
{% macro row_hash(columns) -%}
  encode(sha256(convert_to(row({{ columns | join(', ') }})::text, 'UTF8')), 'hex')
{%- endmacro %}
