-- Properties that are alive and stand for themselves, as the lead named them: what was typed in or parsed from it,
-- normalised by discovery. What a lead left out is taken from the leads that were merged into it, the oldest first.
{%- set filled = ['county_fips', 'apn', 'address_line', 'unit', 'city', 'state', 'zip5', 'latitude', 'longitude'] %}
with lead as (
  select
    p.tenant_id,
    p.property_id,
    p.created_at,
    {%- for column in filled %}
    coalesce(p.{{ column }}, absorbed.{{ column }}) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
  from {{ source('app', 'property') }} as p
  left join lateral (
    select
      {%- for column in filled %}
      (array_agg(m.{{ column }} order by m.created_at, m.property_id) filter (where m.{{ column }} is not null))[1]
        as {{ column }}{{ ',' if not loop.last }}
      {%- endfor %}
    from {{ source('app', 'property') }} as m
    where m.tenant_id = p.tenant_id
      and m.merged_into = p.property_id
      and m.merged_into is not null
      and m.deleted_at is null
  ) as absorbed on true
  where p.deleted_at is null
    and p.merged_into is null
)

select
  p.tenant_id,
  p.property_id,
  p.created_at as fetched_at,
  (p.created_at at time zone 'UTC')::date as observed_at,
  p.county_fips::text as county_fips,
  p.apn,
  case when p.unit is null or p.address_line is null then p.address_line else p.address_line || ' ' || p.unit end
    as address_line,
  p.city,
  p.state::text as state,
  p.zip5::text as zip5,
  p.latitude,
  p.longitude
from lead as p
