{{ config(
    unique_key=['tenant_id', 'property_id'],
    pre_hook="{{ stage_changed() }}",
    post_hook="{{ forward_dirty(['int_property__scored']) }}",
    indexes=[{'columns': ['tenant_id', 'property_id'], 'unique': true}],
) }}
-- What a property would sell for, and what else its score is measured on. One row a resolved property.
with placed as (
  select
    r.*,
    county.market_date,
    county.market_date - r.last_sale_date as sale_age_days
  from {{ ref('int_property__resolved') }} as r
  {{ join_changed('r') }}
  left join {{ ref('int_market__price_level') }} as county
    on county.tenant_id = r.tenant_id
    and county.county_fips = r.county_fips
    and county.area_kind = 'county'
),

compared as (
  select
    p.*,
    level.area_kind as comparable_area,
    {{ count_without('level', 'window', 'own.price') }} as comparable_count,
    round({{ median_without('level', 'window', 'own.price') }}, 2) as price_per_sqft,
    case
      when {{ count_without('level', 'recent', 'own.recent') }} >= {{ least_sales() }}
        and {{ count_without('level', 'prior', 'own.prior') }} >= {{ least_sales() }}
        then round(
          power(
            {{ median_without('level', 'recent', 'own.recent') }} / {{ median_without('level', 'prior', 'own.prior') }}, 2
          ) - 1, 4
        )
    end as yearly_trend
  from placed as p
  cross join lateral (
    select
      case when p.sale_age_days < {{ market_window_days() }} then p.sale_price_per_sqft end as price,
      case when p.sale_age_days < {{ half_year_days() }} then p.sale_price_per_sqft end as recent,
      case when p.sale_age_days between {{ half_year_days() }} and 2 * {{ half_year_days() }} - 1
        then p.sale_price_per_sqft end as prior
  ) as own
  left join lateral (
    select l.*
    from {{ ref('int_market__price_level') }} as l
    where l.tenant_id = p.tenant_id
      and l.county_fips = p.county_fips
      and (l.area_kind = 'county' or l.area_code = p.zip5)
      and {{ count_without('l', 'window', 'own.price') }} >= {{ least_sales() }}
    order by l.area_kind desc
    limit 1
  ) as level on true
),

priced as (
  select
    c.*,
    case
      when c.assessed_value between {{ plausible_assessment_low() }} * v.by_comparables
        and {{ plausible_assessment_high() }} * v.by_comparables
        then round((1 - {{ assessment_share() }}) * v.by_comparables + {{ assessment_share() }} * c.assessed_value)
      else round(v.by_comparables)
    end::bigint as estimated_value,
    case when c.sale_age_days < {{ market_window_days() }} then c.last_sale_price end as recent_price,
    round(
      coalesce(c.recorded_loan, {{ purchase_loan_share() }} * c.last_sale_price)
      * greatest(0, 1 - coalesce(c.sale_age_days / 365, 0) / {{ loan_years() }})
    )::bigint as owed
  from compared as c
  cross join lateral (select c.price_per_sqft * c.living_sqft as by_comparables) as v
)

select
  p.tenant_id,
  p.property_id,
  p.market_date,
  p.comparable_area,
  case when p.comparable_area is not null then p.comparable_count end as comparable_count,
  p.price_per_sqft,
  p.estimated_value,
  p.recent_price,
  p.owed,
  round((p.estimated_value - p.recent_price)::numeric / nullif(p.estimated_value, 0), 4) as discount,
  round((p.estimated_value - p.owed)::numeric / nullif(p.estimated_value, 0), 4) as equity,
  p.condition,
  coalesce(p.year_renovated, p.year_built) as effective_year,
  p.living_sqft,
  p.yearly_trend,
  round((p.present_fields - 0.5 * p.disputed_fields) / {{ key_fields() | length }}, 4) as data_confidence,
  array_remove(array[
    case when p.living_sqft is null then 'living_sqft' end,
    case when p.comparable_area is null then 'comparable_sales' end,
    case when p.recent_price is null then 'recent_sale_price' end,
    case when p.owed is null then 'sale_or_loan' end,
    case when p.condition is null then 'condition' end,
    case when coalesce(p.year_renovated, p.year_built) is null then 'year_built' end,
    case when p.yearly_trend is null then 'price_trend' end
  ], null) as missing_inputs
from priced as p
