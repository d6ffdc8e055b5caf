-- Every estimate of the properties of the landing batch, as Zillow sent it: what the landing gate reads. Nothing is
-- cleaned: that would hide what has to be caught.
{%- set landed = source('zillow_bridge', 'zillow_zestimate') %}
select
  {{ arrival_key() }},
  {{ is_newest(landed) }} as is_newest,
  {{ to_text("r.body ->> 'zpid'") }} as zpid,
  {{ to_number("r.body ->> 'zestimate'") }} as avm_value,
  {{ to_number("r.body ->> 'rentalZestimate'") }} as estimated_rent,
  r.body
{{ of_landing_batch(landed) }}
