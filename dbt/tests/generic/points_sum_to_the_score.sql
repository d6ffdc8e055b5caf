{# Fails for each score that is not the sum of its components' points: reasons have to add up exactly. #}
{% test points_sum_to_the_score(model) %}
select
  s.tenant_id,
  s.property_id,
  s.score,
  s.component_points
from {{ model }} as s
where s.score <> (select sum(p.points) from unnest(s.component_points) as p (points))
{% endtest %}
