-- What ATTOM's automated valuation says a property is worth: its own estimate, which is not ours.
select
  {{ landed_key('coalesce(' ~ to_loose_day(attom_at('avm.eventdate')) ~ ', r.logical_date)') }},
  {{ attom_place() }},
  {{ to_positive(attom_at('avm.amount.value'), 'bigint') }} as avm_value,
  {{ to_positive(attom_at('avm.amount.low'), 'bigint') }} as avm_low,
  {{ to_positive(attom_at('avm.amount.high'), 'bigint') }} as avm_high,
  {{ to_between(attom_at('avm.amount.scr'), 0, 100) }} as avm_score
from {{ source('attom_avm', 'attom_avm') }} as r
{{ attom_lowered() }}
where {{ not_quarantined('attom_avm', 'r') }}
