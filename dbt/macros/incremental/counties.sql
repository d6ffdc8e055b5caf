{#
  Pre-hook of the price levels: `_changed` holds counties here, those of the queued properties. A deleted property has left
  int_property__resolved, so its county comes from its record. `_levels` keeps the levels as they were.
#}
{% macro stage_changed_counties() %}
  {%- if execute -%}
    {%- if takes_changes() %}
    create temporary table _changed on commit drop as
    with drained as ({{ drain_queue() }} returning tenant_id, property_id)
    select r.tenant_id, r.county_fips from {{ ref('int_property__resolved') }} as r
    join drained using (tenant_id, property_id)
    union
    select p.tenant_id, p.county_fips from {{ source('app', 'property') }} as p
    join drained using (tenant_id, property_id);
    analyze _changed;
    create temporary table _levels on commit drop as
    select l.* from {{ this }} as l {{ join_changed('l', ['tenant_id', 'county_fips']) }}
    {%- else %}
    {{ drain_queue() }}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{#
  Post-hook: queue the properties whose level moved. A ZIP's level concerns the properties in it; a county's, those whose
  ZIP has too few sales to stand without their own.
#}
{% macro forward_moved_areas(model_name) %}
  {%- if execute and has_staged() -%}
    insert into {{ source('app', 'dirty_property') }} (model, tenant_id, property_id)
    with now_there as (select l.* from {{ this }} as l {{ join_changed('l', ['tenant_id', 'county_fips']) }}),
    moved as (
      (select * from now_there except table _levels) union all (table _levels except select * from now_there)
    ),
    area as (select distinct tenant_id, county_fips, area_kind, area_code from moved)
    select distinct '{{ model_name }}', r.tenant_id, r.property_id
    from area as a
    join {{ ref('int_property__resolved') }} as r on r.tenant_id = a.tenant_id and r.county_fips = a.county_fips
    left join {{ this }} as zip
      on zip.tenant_id = r.tenant_id and zip.county_fips = r.county_fips
      and zip.area_kind = 'zip' and zip.area_code = r.zip5
    where (a.area_kind = 'zip' and a.area_code = r.zip5)
      or (a.area_kind = 'county' and coalesce(zip.window_count, 0) <= {{ least_sales() }})
  {%- else -%}
    select 1
  {%- endif -%}
{% endmacro %}
