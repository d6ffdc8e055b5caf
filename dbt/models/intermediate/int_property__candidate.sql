{{ config(materialized='view') }}
-- Candidate scores that are not published yet: what the marts gate reads.
select
  s.*,
  (select sum(p.points) from unnest(s.component_points) as p (points))::integer as points_total
from {{ ref('int_property__scored') }} as s
join (
  select distinct
    d.tenant_id,
    d.property_id
  from {{ source('app', 'dirty_property') }} as d
  where d.model = 'fct_property_score_history'
) as queued
  on queued.tenant_id = s.tenant_id
  and queued.property_id = s.property_id
