-- Every sales history of the properties of the landing batch, as ATTOM sent it: what the landing gate reads.
{%- set landed = source('attom_sales_history', 'attom_sales_history') %}
select
  {{ arrival_key() }},
  {{ is_newest(landed) }} as is_newest,
  {{ to_text(attom_at('identifier.apn')) }} as apn,
  {{ to_number(attom_at('summary.yearbuilt')) }} as year_built,
  {{ to_number(attom_at('building.size.livingsize', 'building.size.universalsize')) }} as living_sqft,
  case jsonb_typeof(j.body -> 'salehistory') when 'array' then jsonb_array_length(j.body -> 'salehistory') end
    as sale_count,
  sales.lowest_price,
  sales.highest_price,
  sales.newest_sale - r.logical_date as sale_days_ahead,
  r.body
{{ of_landing_batch(landed) }}
{{ attom_lowered() }}
left join lateral (
  select
    min(h.price) as lowest_price,
    max(h.price) as highest_price,
    max(h.day) as newest_sale
  from (
    select
      {{ to_number("coalesce(h.sale #>> '{amount,saleamt}', h.sale #>> '{saleamountdata,saleamt}')") }} as price,
      {{ to_loose_day("coalesce(h.sale ->> 'saletransdate', h.sale ->> 'salesearchdate')") }} as day
    from jsonb_array_elements(
      case jsonb_typeof(j.body -> 'salehistory') when 'array' then j.body -> 'salehistory' end
    ) as h (sale)
  ) as h
) as sales on true
