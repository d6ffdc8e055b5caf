-- Zillow's monthly indices of home values and rents, each with the area that it is of under the code that we know it by.
select
  i.series,
  i.region_type as area_kind,
  i.region_id,
  case i.region_type
    when 'zip' then z.region_name
    when 'county' then z.county_fips
    when 'state' then z.state
  end::text as area_code,
  z.region_name as area_name,
  z.state::text as state,
  i.month,
  i.value,
  i.base_date,
  i.fetched_at
from {{ source('zillow_research', 'zillow_index') }} as i
join {{ source('zillow_research', 'zillow_region') }} as z
  on z.region_type = i.region_type
  and z.region_id = i.region_id
