-- Every automated valuation of the properties of the landing batch, as ATTOM sent it: what the landing gate reads.
{%- set landed = source('attom_avm', 'attom_avm') %}
select
  {{ arrival_key() }},
  {{ is_newest(landed) }} as is_newest,
  {{ to_text(attom_at('identifier.apn')) }} as apn,
  {{ to_number(attom_at('avm.amount.value')) }} as avm_value,
  {{ to_number(attom_at('avm.amount.low')) }} as avm_low,
  {{ to_number(attom_at('avm.amount.high')) }} as avm_high,
  r.body
{{ of_landing_batch(landed) }}
{{ attom_lowered() }}
