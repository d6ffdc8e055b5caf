-- How each county names its attributes, one row a county and a column a field of ours: there is no national schema.
select
  f.county_fips
  {%- for field in county_fields() %},
  max(f.attribute) filter (where f.field = '{{ field }}') as {{ field }}
  {%- endfor %}
from {{ ref('county_field') }} as f
group by f.county_fips
