{#
  Condition that drops a landed row which a quality suite holds back. A row is known by its id and the hash of its body,
  so a corrected answer under the same id passes.
#}
{% macro not_quarantined(suite, row) -%}
  not exists (
    select from {{ source('app', 'quarantine') }} as q
    where q.tenant_id = {{ row }}.tenant_id
      and q.property_id = {{ row }}.property_id
      and q.suite = '{{ suite }}'
      and q.released_at is null
      and q.row_data ->> 'raw_id' = {{ row }}.raw_id::text
      and q.row_data ->> 'body_sha256' = encode({{ row }}.body_sha256, 'hex')
  )
{%- endmacro %}
