-- Every point of the properties of the landing batch: what the landing gate reads. A flagged point shows no coordinates:
-- it is judged already, and held back it would no longer keep the same point of another source from being used.
{%- set landed = source('geocode', 'geocode_point') %}
select
  {{ arrival_key() }},
  r.source,
  {{ is_newest(landed, per=['source']) }} as is_newest,
  case when not r.flagged then r.latitude end as latitude,
  case when not r.flagged then r.longitude end as longitude,
  r.quality,
  case when r.latitude is not null then r.flagged end as is_flagged,
  r.body
{{ of_landing_batch(landed) }}
