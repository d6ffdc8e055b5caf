{# Fails for each combination of `columns` that occurs more than once, or in which a column is null: a test of the grain. #}
{% test unique_combination(model, columns) %}
select
  {{ columns | join(', ') }},
  count(*) as occurrences
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
  or num_nulls({{ columns | join(', ') }}) > 0
{% endtest %}
