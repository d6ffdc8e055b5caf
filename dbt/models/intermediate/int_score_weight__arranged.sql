{{ config(materialized='view') }}
-- A tenant's active weights in one row: arrays in the order of the component codes. A component that the version leaves
-- out has no points.
select
  w.tenant_id,
  w.weights_version,
  {%- for column in ['max_points', 'low', 'high'] %}
  array[
    {%- for component in score_components() %}
    max(w.{{ column }}) filter (where w.component = '{{ component }}'){{ ',' if not loop.last }}
    {%- endfor %}
  ] as {{ column }}{{ ',' if not loop.last }}
  {%- endfor %}
from {{ ref('stg_app__score_weight') }} as w
group by w.tenant_id, w.weights_version
