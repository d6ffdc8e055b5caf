-- Every answer of FEMA's flood map about the properties of the landing batch, as it was landed: what the landing gate
-- reads. Nothing is cleaned: that would hide what has to be caught.
{%- set landed = source('fema_nfhl', 'fema_flood_zone') %}
select
  {{ arrival_key() }},
  {{ is_newest(landed) }} as is_newest,
  case jsonb_typeof(r.body -> 'features') when 'array' then jsonb_array_length(r.body -> 'features') end
    as polygon_count,
  case when r.body #> '{features,0}' is not null then upper(coalesce(r.body #>> '{features,0,FLD_ZONE}', '')) end
    as flood_zone,
  case when r.body #> '{features,0}' is not null then upper(coalesce(r.body #>> '{features,0,SFHA_TF}', '')) end
    as is_special_area,
  r.body
{{ of_landing_batch(landed) }}
