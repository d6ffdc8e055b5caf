-- Every answer about the properties of the landing batch, as the county sent it: what the landing gate reads. The older
-- ones too, since one of them counts when a newer one is held back. Nothing is cleaned: that would hide what has to be
-- caught.
{%- set landed = source('county_assessor', 'county_assessor_parcel') %}
select
  {{ arrival_key() }},
  r.county_fips,
  {{ is_newest(landed) }} as is_newest,
  m.apn as expected_apn,
  btrim({{ county_value('apn') }}) as apn,
  {{ to_number(county_value('year_built')) }} as year_built,
  {{ to_number(county_value('living_sqft')) }} as living_sqft,
  {{ to_number(county_value('lot_sqft')) }} as lot_sqft,
  {{ to_number(county_value('land_value')) }} as land_value,
  {{ to_number(county_value('improvement_value')) }} as improvement_value,
  {{ to_number(county_value('sale_price')) }} as sale_price,
  r.body
{{ of_landing_batch(landed) }}
left join {{ ref('stg_county_assessor__field') }} as f on f.county_fips = r.county_fips
