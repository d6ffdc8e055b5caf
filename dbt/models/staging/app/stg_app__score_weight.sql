-- The weights in force: of each tenant the active version, one row a component.
select
  w.tenant_id,
  w.version as weights_version,
  w.component,
  w.max_points,
  w.low,
  w.high
from {{ source('app', 'score_weight') }} as w
join {{ source('app', 'score_weight_version') }} as v
  on v.tenant_id = w.tenant_id
  and v.version = w.version
where v.is_active
