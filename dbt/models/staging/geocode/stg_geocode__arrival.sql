-- Every point of the properties of the landing batch: what the landing gate reads. A flagged point shows no coordinates:
-- it is judged already, and held back it would no longer keep the same point of another source from being used.
select
  r.tenant_id,
  r.property_id,
  r.raw_id,
  encode(r.body_sha256, 'hex') as body_sha256,
  r.logical_date,
  r.source,
  not exists (
    select from {{ source('geocode', 'geocode_point') }} as newer
    where newer.tenant_id = r.tenant_id
      and newer.property_id = r.property_id
      and newer.source = r.source
      and newer.logical_date > r.logical_date
  ) as is_newest,
  case when not r.flagged then r.latitude end as latitude,
  case when not r.flagged then r.longitude end as longitude,
  r.quality,
  case when r.latitude is not null then r.flagged end as is_flagged,
  r.body
from {{ source('geocode', 'geocode_point') }} as r
join {{ ref('stg_app__member') }} as m
  on m.tenant_id = r.tenant_id
  and m.member_id = r.property_id
join ({{ landing_batch() }}) as batch
  on batch.tenant_id = m.tenant_id
  and batch.property_id = m.property_id
