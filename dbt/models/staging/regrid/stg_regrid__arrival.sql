-- Every parcel about the properties of the landing batch, as Regrid sent it: what the landing gate reads. Nothing is
-- cleaned: that would hide what has to be caught.
{%- set landed = source('regrid', 'regrid_parcel') %}
select
  {{ arrival_key() }},
  {{ is_newest(landed) }} as is_newest,
  {{ to_text("p.fields ->> 'parcelnumb'") }} as apn,
  {{ to_number("p.fields ->> 'yearbuilt'") }} as year_built,
  {{ to_number("p.fields ->> 'recrdareano'") }} as living_sqft,
  {{ to_number("coalesce(p.fields ->> 'sqft', p.fields ->> 'll_gissqft')") }} as lot_sqft,
  {{ to_number("p.fields ->> 'parval'") }} as assessed_value,
  {{ to_number("p.fields ->> 'saleprice'") }} as sale_price,
  {{ to_name("p.fields ->> 'fema_flood_zone'") }} as flood_zone,
  r.body
{{ of_landing_batch(landed) }}
cross join lateral (select r.body #> '{properties,fields}' as fields limit 1) as p
