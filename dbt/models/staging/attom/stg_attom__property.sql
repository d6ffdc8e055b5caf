-- What ATTOM says of a property, typed. Keys come in mixed case, so the whole object is lowered once and names are
-- upper-cased again, as assessors write them. A price of 0 is undisclosed, an estimated one (non-disclosure states) is
-- no sale: neither becomes a sale here.
select
  r.tenant_id,
  r.property_id,
  r.raw_id,
  r.logical_date,
  r.fetched_at,
  coalesce({{ to_day("j.body #>> '{vintage,lastmodified}'") }}, r.logical_date) as observed_at,
  r.licence,
  r.cost_microusd,
  {{ to_text("j.body #>> '{identifier,fips}'") }} as county_fips,
  upper({{ to_text("j.body #>> '{identifier,apn}'") }}) as apn,
  {{ to_name("j.body #>> '{address,line1}'") }} as address_line,
  {{ to_name("j.body #>> '{address,locality}'") }} as city,
  upper({{ to_text("j.body #>> '{address,countrysubd}'") }}) as state,
  {{ to_zip5("j.body #>> '{address,postal1}'") }} as zip5,
  {{ to_latitude("j.body #>> '{location,latitude}'") }} as latitude,
  {{ to_longitude("j.body #>> '{location,longitude}'") }} as longitude,
  coalesce(u.property_type, case when b.use_value is not null then 'other' end) as property_type,
  {{ to_between('b.beds', 1, 99) }} as beds,
  {{ to_baths('b.baths') }} as baths,
  {{ to_positive('b.living_sqft') }} as living_sqft,
  {{ to_positive('b.lot_sqft') }} as lot_sqft,
  {{ to_between('b.year_built', 1600, 2200, 'integer') }} as year_built,
  case b.condition
    when 'POOR' then 1
    when 'FAIR' then 2
    when 'AVERAGE' then 3
    when 'GOOD' then 4
    when 'VERY GOOD' then 5
    when 'EXCELLENT' then 5
  end::smallint as condition,
  {{ to_name('b.owner_name') }} as owner_name,
  case b.absentee when 'O' then true when 'A' then false end as owner_occupied,
  {{ to_positive('b.assessed_value', 'bigint') }} as assessed_value,
  case when b.sale_price is not null then b.sale_date end as last_sale_date,
  case when b.sale_date is not null then b.sale_price end as last_sale_price,
  {{ to_positive('b.loan', 'bigint') }} as recorded_loan
from {{ source('attom', 'attom_expanded_profile') }} as r
cross join lateral (select lower(r.body::text)::jsonb as body limit 1) as j
cross join lateral (
  select
    upper(btrim(j.body #>> '{summary,proptype}')) as use_value,
    j.body #>> '{building,rooms,beds}' as beds,
    j.body #>> '{building,rooms,bathstotal}' as baths,
    coalesce(j.body #>> '{building,size,livingsize}', j.body #>> '{building,size,universalsize}') as living_sqft,
    j.body #>> '{lot,lotsize2}' as lot_sqft,
    j.body #>> '{summary,yearbuilt}' as year_built,
    upper(btrim(j.body #>> '{building,construction,condition}')) as condition,
    coalesce(
      j.body #>> '{assessment,owner,owner1,fullname}',
      concat_ws(
        ' ', btrim(j.body #>> '{assessment,owner,owner1,lastname}'),
        btrim(j.body #>> '{assessment,owner,owner1,firstnameandmi}')
      )
    ) as owner_name,
    upper(j.body #>> '{assessment,owner,absenteeownerstatus}') as absentee,
    j.body #>> '{assessment,assessed,assdttlvalue}' as assessed_value,
    j.body #>> '{assessment,mortgage,firstconcurrent,amount}' as loan,
    case when {{ to_day("j.body #>> '{sale,saletransdate}'") }} <= r.logical_date
      then {{ to_day("j.body #>> '{sale,saletransdate}'") }} end as sale_date,
    case
      when coalesce(j.body #>> '{sale,saleamountdata,salecode}', j.body #>> '{sale,amount,salecode}')
        like 'estimated%' then null
      else {{ to_positive(
        "coalesce(j.body #>> '{sale,saleamountdata,saleamt}', j.body #>> '{sale,amount,saleamt}')", 'bigint'
      ) }}
    end as sale_price
  limit 1
) as b
left join {{ ref('property_use') }} as u on u.use_value = b.use_value
where {{ not_quarantined('attom_expanded_profile', 'r') }}
