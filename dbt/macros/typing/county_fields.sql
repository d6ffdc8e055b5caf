{# The fields that a county's layer may offer, in seeds/county_field.csv under its own names. #}
{% macro county_fields() %}
  {{ return([
    'apn', 'address_line', 'city', 'state', 'zip5', 'owner_name', 'mail_address', 'property_use', 'year_built',
    'year_renovated', 'floors', 'beds', 'baths', 'living_sqft', 'lot_sqft', 'grade', 'condition', 'land_value',
    'improvement_value', 'sale_date', 'sale_price', 'roll_year', 'latitude', 'longitude', 'zoning',
    'assessed_value', 'half_baths',
  ]) }}
{% endmacro %}

{# Those of them that a county may keep in several attributes; each costs the planner a subquery. #}
{% macro county_fields_in_parts() %}
  {{ return([
    'address_line', 'city', 'zip5', 'owner_name', 'year_renovated', 'land_value', 'improvement_value', 'assessed_value',
  ]) }}
{% endmacro %}

{#
  What a county's answer says of a field. An attribute in seeds/county_field.csv may be several: `a|b` is the first of them
  that says something, `a+b` their words in a row, as of a street line in parts.
#}
{% macro county_value(field) -%}
  {%- if field not in county_fields_in_parts() -%}
  r.body ->> f.{{ field }}
  {%- else -%}
  case
    when strpos(f.{{ field }}, '|') > 0 or strpos(f.{{ field }}, '+') > 0 then (
      select
        case
          when strpos(f.{{ field }}, '+') > 0 then string_agg(v.said, ' ' order by a.place)
          else (array_agg(v.said order by a.place))[1]
        end
      from regexp_split_to_table(f.{{ field }}, '[|+]') with ordinality as a (attribute, place)
      cross join lateral (select {{ to_text('r.body ->> a.attribute') }} as said) as v
      where v.said is not null
    )
    else r.body ->> f.{{ field }}
  end
  {%- endif -%}
{%- endmacro %}

{#
  A use as seeds/property_use.csv lists it: words mean the same everywhere, a bare number only in its county, where the
  first digit with a star stands for what is not listed by itself.
#}
{% macro county_use(use, county_fips, major_class=false) -%}
  case
    when {{ to_text(use) }} ~ '^[0-9]+$'
      then {{ county_fips }} || ' ' || {{ 'left(' ~ to_text(use) ~ ", 1) || '*'" if major_class else to_text(use) }}
    {{ '' if major_class else 'else upper(' ~ to_text(use) ~ ')' }}
  end
{%- endmacro %}
