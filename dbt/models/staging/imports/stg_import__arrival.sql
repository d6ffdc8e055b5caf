-- Every imported line about the properties of the landing batch, as the file says it: what the landing gate reads.
-- Nothing is cleaned: that would hide what has to be caught.
select
  {{ arrival_key() }},
  r.record_key,
  r.batch_id as import_batch_id,
  r.line,
  {{ to_number("r.body ->> 'sale_price'") }} as sale_price,
  {{ to_day("r.body ->> 'sale_date'") }} - r.logical_date as sale_days_ahead,
  {{ to_number("r.body ->> 'living_sqft'") }} as living_sqft,
  {{ to_number("r.body ->> 'lot_sqft'") }} as lot_sqft,
  {{ to_number("r.body ->> 'year_built'") }} as year_built,
  {{ to_number("r.body ->> 'year_renovated'") }} as year_renovated,
  {{ to_number("r.body ->> 'assessed_value'") }} as assessed_value,
  r.body
{{ of_landing_batch(source('imported', 'import_record')) }}
