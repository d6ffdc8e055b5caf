-- What the county's roll says of a parcel, typed; rows that the landing gate holds back are left out. With what reads it,
-- its joins are as many as the planner reorders (join_collapse_limit, 8): one more, and the changed rows are joined last.
select
  {{ landed_key() }},
  -- text columns of some counties write a number with decimals
  regexp_replace({{ to_text('b.apn') }}, '^([0-9]{6,})[.]0+$', '\1') as apn,
  {{ to_name('b.address_line') }} as address_line,
  {{ to_name('b.city') }} as city,
  upper(substring({{ to_text('b.state') }} from '^[A-Za-z]{2}(?![A-Za-z])')) as state,
  {{ to_zip5("regexp_replace(b.zip5, '^[A-Za-z]{2}', '')") }} as zip5,
  {{ to_latitude('b.latitude') }} as latitude,
  {{ to_longitude('b.longitude') }} as longitude,
  coalesce(u.property_type, major.property_type, case when {{ to_text('b.property_use') }} is not null then 'other' end) as property_type,
  {{ to_between('b.beds', 1, 99) }} as beds,
  {{ to_baths('b.baths', 'b.half_baths') }} as baths,
  {{ to_positive('b.living_sqft') }} as living_sqft,
  {{ to_positive('b.lot_sqft') }} as lot_sqft,
  {{ to_between('b.year_built', 1600, 2200, 'integer') }} as year_built,
  {{ to_between('b.year_renovated', 1600, 2200, 'integer') }} as year_renovated,
  {{ to_between('b.condition', 1, 5) }} as condition,
  {{ to_between('b.grade', 1, 13) }} as grade,
  {{ to_name('b.owner_name') }} as owner_name,
  case
    when {{ to_text('b.mail_address') }} is null or {{ to_text('b.address_line') }} is null then null
    else starts_with(upper(btrim(b.mail_address)), upper(btrim(b.address_line)) || ',')
      and position({{ to_zip5('b.zip5') }} in b.mail_address) > 0
  end as owner_occupied,
  coalesce(
    {{ to_positive('b.assessed_value', 'bigint') }},
    nullif(coalesce({{ to_positive('b.land_value', 'bigint') }}, 0)
      + coalesce({{ to_positive('b.improvement_value', 'bigint') }}, 0), 0)
  ) as assessed_value,
  case when sale.price is not null then sale.day end as last_sale_date,
  case when sale.day is not null then sale.price end as last_sale_price,
  {{ to_name('b.zoning') }} as zoning
from {{ source('county_assessor', 'county_assessor_parcel') }} as r
left join {{ ref('stg_county_assessor__field') }} as f on f.county_fips = r.county_fips
cross join lateral (
  select
    {%- for field in county_fields() %}
    {{ county_value(field) }} as {{ field }}{{ ',' if not loop.last }}
    {%- endfor %}
  limit 1
) as b
cross join lateral (
  select
    -- a sale after the answer is a typing error
    case when {{ epoch_ms_to_day('b.sale_date') }} <= r.logical_date then {{ epoch_ms_to_day('b.sale_date') }}
      when {{ to_day('b.sale_date') }} <= r.logical_date then {{ to_day('b.sale_date') }} end as day,
    {{ to_positive('b.sale_price', 'bigint') }} as price
) as sale
left join {{ ref('property_use') }} as u on u.use_value = {{ county_use('b.property_use', 'r.county_fips') }}
left join {{ ref('property_use') }} as major
  on major.use_value = {{ county_use('b.property_use', 'r.county_fips', major_class=true) }}
where {{ not_quarantined('county_assessor_parcel', 'r') }}
