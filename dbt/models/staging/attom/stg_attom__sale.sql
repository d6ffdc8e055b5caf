-- Every transfer that ATTOM's sales histories list: one row a transfer of an answer, undisclosed ones without a price.
select
  {{ landed_key('s.sale_date') }},
  s.sale_number,
  s.sale_date,
  s.recorded_date,
  s.sale_price,
  s.estimated_price,
  s.transfer_type,
  s.is_nominal,
  s.document_type,
  s.document_number
from {{ source('attom_sales_history', 'attom_sales_history') }} as r
{{ attom_lowered() }}
cross join lateral ({{ attom_sales() }}) as s
where {{ not_quarantined('attom_sales_history', 'r') }}
