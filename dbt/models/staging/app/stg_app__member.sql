-- Whose answers speak for whom: a property that stands for itself, and those that were merged into it. What was landed
-- under an absorbed property counts for its survivor as long as the merge lasts.
select
  p.tenant_id,
  p.property_id,
  p.property_id as member_id,
  p.apn
from {{ source('app', 'property') }} as p
where p.merged_into is null
  and p.deleted_at is null
union all
select
  p.tenant_id,
  p.merged_into as property_id,
  p.property_id as member_id,
  p.apn
from {{ source('app', 'property') }} as p
where p.merged_into is not null
  and p.deleted_at is null
