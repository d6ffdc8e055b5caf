{#
  The transfers in the sales history of `j.body` (see attom_lowered), typed, numbered as sent. A price of 0 is
  undisclosed, one that ATTOM estimates (non-disclosure states) stands apart. A day after the answer is a typing error.
#}
{% macro attom_sales() -%}
  select
    h.sale_number::smallint as sale_number,
    case when d.sale_date <= r.logical_date then d.sale_date end as sale_date,
    {{ to_loose_day("h.sale #>> '{amount,salerecdate}'") }} as recorded_date,
    case when not d.is_estimated then d.amount end as sale_price,
    case when d.is_estimated then d.amount end as estimated_price,
    d.transfer_type,
    coalesce(d.transfer_type ~ 'NOMINAL|QUIT ?CLAIM', false) as is_nominal,
    {{ to_name("h.sale #>> '{amount,saledoctype}'") }} as document_type,
    {{ to_name("h.sale #>> '{amount,saledocnum}'") }} as document_number
  from jsonb_array_elements(
    case jsonb_typeof(j.body -> 'salehistory') when 'array' then j.body -> 'salehistory' end
  ) with ordinality as h (sale, sale_number)
  cross join lateral (
    select
      {{ to_loose_day("coalesce(h.sale ->> 'saletransdate', h.sale ->> 'salesearchdate')") }} as sale_date,
      {{ to_positive("coalesce(h.sale #>> '{amount,saleamt}', h.sale #>> '{saleamountdata,saleamt}')", 'bigint') }}
        as amount,
      coalesce(
        coalesce(h.sale #>> '{amount,salecode}', h.sale #>> '{saleamountdata,salecode}') like 'estimated%', false
      ) as is_estimated,
      {{ to_name("coalesce(h.sale #>> '{amount,saletranstype}', h.sale #>> '{saleamountdata,saletranstype}')") }}
        as transfer_type
    limit 1
  ) as d
{%- endmacro %}

{#
  Of these the last that is a sale: the newest with a disclosed price. A nominal transfer (a quit claim, a gift) is none,
  whatever price it states.
#}
{% macro attom_last_sale() -%}
  select
    s.sale_date,
    s.sale_price
  from ({{ attom_sales() }}) as s
  where s.sale_date is not null
    and s.sale_price is not null
    and not s.is_nominal
  order by s.sale_date desc, s.sale_price desc
  limit 1
{%- endmacro %}
