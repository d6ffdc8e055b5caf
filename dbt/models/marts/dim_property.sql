{{ config(
    unique_key=['tenant_id', 'property_id'],
    on_schema_change='append_new_columns',
    pre_hook="{{ stage_changed() }}",
    indexes=[
      {'columns': ['tenant_id', 'property_id'], 'unique': true},
      {'columns': ['tenant_id', 'zip5']},
      {'columns': ['tenant_id', 'county_fips', 'apn']},
    ],
) }}
-- The property as we believe it to be. Beside each field, `<field>_src` says which source it comes from (marts.source);
-- property_field_provenance tells the rest.
select
  r.tenant_id,
  r.property_id,
  {%- for field in property_fields() %}
  r.{{ field }},
  r.{{ field }}_src,
  {%- endfor %}
  r.resolved_hash
from {{ ref('int_property__resolved') }} as r
{{ join_changed('r') }}
