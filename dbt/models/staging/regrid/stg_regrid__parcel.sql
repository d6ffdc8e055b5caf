-- What Regrid says of a parcel, typed. It sells county rolls in one shape; a value of 0 is not recorded.
select
  {{ landed_key('coalesce(' ~ to_day('b.county_refreshed') ~ ', ' ~ to_day('b.updated') ~ ', r.logical_date)') }},
  {{ to_text('b.county_fips') }} as county_fips,
  upper({{ to_text('b.apn') }}) as apn,
  {{ to_name('b.address_line') }} as address_line,
  {{ to_name('b.city') }} as city,
  upper({{ to_text('b.state') }}) as state,
  {{ to_zip5('b.zip') }} as zip5,
  {{ to_latitude('b.latitude') }} as latitude,
  {{ to_longitude('b.longitude') }} as longitude,
  u.property_type,
  {{ to_positive('b.living_sqft') }} as living_sqft,
  {{ to_positive('b.lot_sqft') }} as lot_sqft,
  {{ to_between('b.year_built', 1600, 2200, 'integer') }} as year_built,
  {{ to_name('b.owner_name') }} as owner_name,
  -- the owner's mail goes to the house; to the same ZIP code but another line it may be a box, which says nothing
  case
    when {{ to_zip5('b.mail_zip') }} <> {{ to_zip5('b.zip') }} then false
    when {{ to_zip5('b.mail_zip') }} = {{ to_zip5('b.zip') }}
      and (starts_with({{ to_name('b.address_line') }}, {{ to_name('b.mail_line') }})
        or starts_with({{ to_name('b.mail_line') }}, {{ to_name('b.address_line') }})) then true
  end as owner_occupied,
  {{ to_positive('b.assessed_value', 'bigint') }} as assessed_value,
  case when sale.price is not null then sale.day end as last_sale_date,
  case when sale.day is not null then sale.price end as last_sale_price,
  {{ to_name('b.zoning') }} as zoning,
  {{ to_name('b.flood_zone') }} as flood_zone,
  {{ in_flood_hazard_area(to_name('b.flood_zone')) }} as in_flood_hazard_area,
  {{ to_day('b.flood_map_date') }} as flood_map_date
from {{ source('regrid', 'regrid_parcel') }} as r
cross join lateral (select r.body #> '{properties,fields}' as fields limit 1) as p
cross join lateral (
  select
    p.fields ->> 'll_last_refresh' as county_refreshed,
    p.fields ->> 'll_updated_at' as updated,
    p.fields ->> 'geoid' as county_fips,
    p.fields ->> 'parcelnumb' as apn,
    p.fields ->> 'address' as address_line,
    p.fields ->> 'scity' as city,
    p.fields ->> 'state2' as state,
    coalesce(p.fields ->> 'szip5', p.fields ->> 'szip') as zip,
    p.fields ->> 'mailadd' as mail_line,
    p.fields ->> 'mail_zip' as mail_zip,
    p.fields ->> 'usedesc' as use_words,
    p.fields ->> 'lat' as latitude,
    p.fields ->> 'lon' as longitude,
    p.fields ->> 'recrdareano' as living_sqft,
    coalesce(p.fields ->> 'sqft', p.fields ->> 'll_gissqft') as lot_sqft,
    p.fields ->> 'yearbuilt' as year_built,
    p.fields ->> 'owner' as owner_name,
    p.fields ->> 'parval' as assessed_value,
    p.fields ->> 'saledate' as sale_date,
    p.fields ->> 'saleprice' as sale_price,
    p.fields ->> 'zoning' as zoning,
    p.fields ->> 'fema_flood_zone' as flood_zone,
    p.fields ->> 'fema_flood_zone_data_date' as flood_map_date
  limit 1
) as b
cross join lateral (
  select
    -- a sale after the answer is a typing error
    case when {{ to_day('b.sale_date') }} <= r.logical_date then {{ to_day('b.sale_date') }} end as day,
    {{ to_positive('b.sale_price', 'bigint') }} as price
) as sale
left join {{ ref('property_use') }} as u on u.use_value = upper({{ to_text('b.use_words') }})
where {{ not_quarantined('regrid_parcel', 'r') }}
