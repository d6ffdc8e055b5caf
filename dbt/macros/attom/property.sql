{#
  A property object of ATTOM, typed: one shape for every endpoint that describes a property, since a section lies at the
  same place wherever it is sent, and what an endpoint does not send is null. Names are upper-cased, as assessors write
  them. A price of 0 is undisclosed, an estimated one (non-disclosure states) is no sale: neither becomes a sale here.
  `has_history`: the last sale is that of the sales history, which is listed in the place of a sale.
#}
{% macro attom_property(landed, suite, has_history=false) -%}
select
  {{ landed_key('coalesce(' ~ to_loose_day(attom_at('vintage.lastmodified')) ~ ', r.logical_date)') }},
  {{ attom_place() }},
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
  case
    when b.occupancy in ('O', 'OWNER OCCUPIED') then true
    when b.occupancy in ('A', 'ABSENTEE OWNER', 'ABSENTEE(MAIL AND SITUS NOT =)') then false
  end as owner_occupied,
  {{ to_positive('b.assessed_value', 'bigint') }} as assessed_value,
  case when b.sale_price is not null then b.sale_date end as last_sale_date,
  case when b.sale_date is not null then b.sale_price end as last_sale_price,
  {{ to_positive('b.loan', 'bigint') }} as recorded_loan,
  {{ to_name(attom_at('lot.sitezoningident')) }} as zoning
from {{ landed }} as r
{{ attom_lowered() }}
{% if has_history -%}
left join lateral ({{ attom_last_sale() }}) as last on true
{% endif -%}
cross join lateral (
  select
    upper(btrim({{ attom_at('summary.proptype') }})) as use_value,
    {{ attom_at('building.rooms.beds') }} as beds,
    {{ attom_at('building.rooms.bathstotal') }} as baths,
    {{ attom_at('building.size.livingsize', 'building.size.universalsize') }} as living_sqft,
    {{ attom_at('lot.lotsize2') }} as lot_sqft,
    {{ attom_at('summary.yearbuilt') }} as year_built,
    upper(btrim({{ attom_at('building.construction.condition') }})) as condition,
    coalesce(
      {{ attom_at('assessment.owner.owner1.fullname', 'owner.owner1.fullname') }},
      concat_ws(
        ' ', {{ attom_at('assessment.owner.owner1.lastname', 'owner.owner1.lastname') }},
        {{ attom_at('assessment.owner.owner1.firstnameandmi', 'owner.owner1.firstnameandmi') }}
      )
    ) as owner_name,
    upper(
      {{ attom_at('assessment.owner.absenteeownerstatus', 'owner.absenteeownerstatus', 'summary.absenteeind') }}
    ) as occupancy,
    {{ attom_at('assessment.assessed.assdttlvalue') }} as assessed_value,
    {{ attom_at('assessment.mortgage.firstconcurrent.amount') }} as loan,
    {% if has_history -%}
    last.sale_date,
    last.sale_price
    {%- else -%}
    case when {{ to_loose_day(attom_at('sale.saletransdate', 'sale.salesearchdate')) }} <= r.logical_date
      then {{ to_loose_day(attom_at('sale.saletransdate', 'sale.salesearchdate')) }} end as sale_date,
    case
      when {{ attom_at('sale.saleamountdata.salecode', 'sale.amount.salecode') }} like 'estimated%' then null
      else {{ to_positive(attom_at('sale.saleamountdata.saleamt', 'sale.amount.saleamt'), 'bigint') }}
    end as sale_price
    {%- endif %}
  limit 1
) as b
left join {{ ref('property_use') }} as u on u.use_value = b.use_value
where {{ not_quarantined(suite, 'r') }}
{%- endmacro %}

{# Whose parcel it is and where it lies: what every answer of ATTOM begins with. #}
{% macro attom_place() -%}
  {{ to_text(attom_at('identifier.fips')) }} as county_fips,
  upper({{ to_text(attom_at('identifier.apn')) }}) as apn,
  {{ to_name(attom_at('address.line1')) }} as address_line,
  {{ to_name(attom_at('address.locality')) }} as city,
  upper({{ to_text(attom_at('address.countrysubd')) }}) as state,
  {{ to_zip5(attom_at('address.postal1')) }} as zip5,
  {{ to_latitude(attom_at('location.latitude')) }} as latitude,
  {{ to_longitude(attom_at('location.longitude')) }} as longitude
{%- endmacro %}

{# The same object as it was sent, for the landing gate. Nothing is cleaned: that would hide what has to be caught. #}
{% macro attom_arrival(landed) -%}
select
  {{ arrival_key() }},
  {{ is_newest(landed) }} as is_newest,
  {{ to_text(attom_at('identifier.apn')) }} as apn,
  {{ to_number(attom_at('summary.yearbuilt')) }} as year_built,
  {{ to_number(attom_at('building.size.livingsize', 'building.size.universalsize')) }} as living_sqft,
  {{ to_number(attom_at('lot.lotsize2')) }} as lot_sqft,
  {{ to_number(attom_at('assessment.assessed.assdttlvalue')) }} as assessed_value,
  {{ to_number(attom_at('sale.saleamountdata.saleamt', 'sale.amount.saleamt')) }} as sale_price,
  {{ to_number(attom_at('assessment.mortgage.firstconcurrent.amount')) }} as recorded_loan,
  r.body
{{ of_landing_batch(landed) }}
{{ attom_lowered() }}
{%- endmacro %}
