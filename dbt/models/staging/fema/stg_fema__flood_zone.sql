-- What FEMA's flood map says of a property's point: of the polygons there the worst, which the answer lists first. No
-- polygon means that nothing is mapped there; that is unknown, never "no risk", as are zone D, which is undetermined by its
-- own words, and water.
select
  {{ landed_key() }},
  {{ to_name('b.zone') }} as flood_zone,
  {{ to_name('b.subtype') }} as flood_zone_subtype,
  case
    when {{ to_name('b.zone') }} in ('D', 'AREA NOT INCLUDED') then null
    when b.is_special_area in ('T', 'TRUE') then true
    when b.is_special_area in ('F', 'FALSE') and {{ to_name('b.zone') }} <> 'OPEN WATER' then false
  end as in_flood_hazard_area,
  case when {{ to_number('b.base_elevation') }} not in (-9999, -8888) then {{ to_number('b.base_elevation') }} end
    as base_flood_elevation_ft,
  case when extract(year from {{ epoch_ms_to_day('b.effective') }}) < 8888 then {{ epoch_ms_to_day('b.effective') }} end
    as flood_map_date,
  {{ to_text('b.panel') }} as flood_map_panel
from {{ source('fema_nfhl', 'fema_flood_zone') }} as r
cross join lateral (
  select
    r.body #>> '{features,0,FLD_ZONE}' as zone,
    r.body #>> '{features,0,ZONE_SUBTY}' as subtype,
    upper(r.body #>> '{features,0,SFHA_TF}') as is_special_area,
    r.body #>> '{features,0,STATIC_BFE}' as base_elevation,
    r.body #>> '{panel,EFF_DATE}' as effective,
    r.body #>> '{panel,FIRM_PAN}' as panel
  limit 1
) as b
where {{ not_quarantined('fema_flood_zone', 'r') }}
