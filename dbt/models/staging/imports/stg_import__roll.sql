-- What each imported line says of the building and the parcel. The lateral subquery reads every JSON value once; its
-- LIMIT keeps the planner from copying the look-ups into each cast, and leaves filters on the key free to move down.
select
  r.tenant_id,
  r.property_id,
  r.raw_id,
  r.record_key,
  r.logical_date,
  r.fetched_at,
  coalesce({{ to_day('b.sale_date') }}, r.logical_date) as observed_at,
  r.licence,
  r.cost_microusd,
  {{ to_text('b.county_fips') }} as county_fips,
  {{ to_text('b.apn') }} as apn,
  {{ to_name('b.address') }} as address_line,
  {{ to_name('b.city') }} as city,
  upper({{ to_text('b.state') }}) as state,
  {{ to_zip5('b.zip5') }} as zip5,
  {{ to_latitude('b.latitude') }} as latitude,
  {{ to_longitude('b.longitude') }} as longitude,
  {{ to_between('b.beds', 1, 99) }} as beds,
  {{ to_baths('b.baths') }} as baths,
  {{ to_positive('b.living_sqft') }} as living_sqft,
  {{ to_positive('b.lot_sqft') }} as lot_sqft,
  {{ to_between('b.year_built', 1600, 2200, 'integer') }} as year_built,
  {{ to_between('b.year_renovated', 1600, 2200, 'integer') }} as year_renovated,
  {{ to_between('b.condition', 1, 5) }} as condition,
  {{ to_between('b.grade', 1, 13) }} as grade,
  {{ to_name('b.owner_name') }} as owner_name,
  {{ to_positive('b.assessed_value', 'bigint') }} as assessed_value
from {{ source('imported', 'import_record') }} as r
cross join lateral (
  select
    r.body ->> 'sale_date' as sale_date,
    r.body ->> 'county_fips' as county_fips,
    r.body ->> 'apn' as apn,
    r.body ->> 'address' as address,
    r.body ->> 'city' as city,
    r.body ->> 'state' as state,
    r.body ->> 'zip5' as zip5,
    r.body ->> 'latitude' as latitude,
    r.body ->> 'longitude' as longitude,
    r.body ->> 'beds' as beds,
    r.body ->> 'baths' as baths,
    r.body ->> 'living_sqft' as living_sqft,
    r.body ->> 'lot_sqft' as lot_sqft,
    r.body ->> 'year_built' as year_built,
    r.body ->> 'year_renovated' as year_renovated,
    r.body ->> 'condition' as condition,
    r.body ->> 'grade' as grade,
    r.body ->> 'owner_name' as owner_name,
    r.body ->> 'assessed_value' as assessed_value
  limit 1
) as b
where {{ not_quarantined('import_record', 'r') }}
