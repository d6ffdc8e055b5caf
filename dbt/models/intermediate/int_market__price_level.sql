{{ config(
    unique_key=['tenant_id', 'county_fips', 'area_kind', 'area_code'],
    meta={'changed_key': ['tenant_id', 'county_fips']},
    pre_hook=["{{ stage_changed_counties() }}"],
    post_hook=["{{ forward_moved_areas('int_property__valued') }}"],
    indexes=[{'columns': ['tenant_id', 'county_fips', 'area_kind', 'area_code'], 'unique': true}],
) }}
-- What a square foot sold for, by ZIP code and by county. Of the sorted prices it keeps the three in the middle and their
-- number, from which the median follows, and also the median without any one of them: no property is measured against
-- its own sale.
with evidence as (
  select
    r.tenant_id,
    r.county_fips,
    r.zip5,
    r.last_sale_date,
    r.sale_price_per_sqft
  from {{ ref('int_property__resolved') }} as r
  {{ join_changed('r', ['tenant_id', 'county_fips']) }}
  where r.sale_price_per_sqft is not null
    and r.county_fips is not null
    and r.last_sale_date <= {{ as_of() }}
),

market as (
  select
    tenant_id,
    county_fips,
    (date_trunc('month', max(last_sale_date)) + interval '1 month - 1 day')::date as market_date
  from evidence
  group by tenant_id, county_fips
),

sale as (
  select
    e.*,
    m.market_date,
    m.market_date - e.last_sale_date as age_days
  from evidence as e
  join market as m
    on m.tenant_id = e.tenant_id
    and m.county_fips = e.county_fips
  where m.market_date - e.last_sale_date < {{ market_window_days() }}
),

placed as (
  select
    'zip' as area_kind,
    s.zip5 as area_code,
    s.*
  from sale as s
  where s.zip5 is not null
  union all
  select
    'county' as area_kind,
    s.county_fips as area_code,
    s.*
  from sale as s
),

sorted as (
  select
    tenant_id,
    county_fips,
    area_kind,
    area_code,
    market_date,
    array_agg(sale_price_per_sqft order by sale_price_per_sqft) as window_prices,
    array_agg(sale_price_per_sqft order by sale_price_per_sqft)
      filter (where age_days < {{ half_year_days() }}) as recent_prices,
    array_agg(sale_price_per_sqft order by sale_price_per_sqft)
      filter (where age_days >= {{ half_year_days() }} and age_days < 2 * {{ half_year_days() }}) as prior_prices
  from placed
  group by tenant_id, county_fips, area_kind, area_code, market_date
)

select
  tenant_id,
  county_fips,
  area_kind,
  area_code,
  market_date,
  {%- for span in ['window', 'recent', 'prior'] %}
  coalesce(cardinality({{ span }}_prices), 0) as {{ span }}_count,
  {{ span }}_prices[cardinality({{ span }}_prices) / 2] as {{ span }}_lower,
  {{ span }}_prices[cardinality({{ span }}_prices) / 2 + 1] as {{ span }}_middle,
  {{ span }}_prices[cardinality({{ span }}_prices) / 2 + 2] as {{ span }}_upper{{ ',' if not loop.last }}
  {%- endfor %}
from sorted
