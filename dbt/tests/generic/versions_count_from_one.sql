{# Fails for each property whose versions have a gap or do not begin at 1: a history that lost or altered a row. #}
{% test versions_count_from_one(model) %}
select
  h.tenant_id,
  h.property_id,
  count(*) as versions,
  max(h.score_version) as newest
from {{ model }} as h
group by h.tenant_id, h.property_id
having count(*) <> max(h.score_version)
  or min(h.score_version) <> 1
{% endtest %}
