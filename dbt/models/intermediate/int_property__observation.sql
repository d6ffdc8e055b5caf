{{ config(materialized='ephemeral') }}
-- What each source says of each field it may win: the newest answer of the source, a row a value. Read on demand, for a
-- few properties at a time; nothing stores it.
-- depends_on: {{ ref('field_precedence') }}
-- depends_on: {{ ref('source') }}
{%- set relations = {'lead': [], 'import': [], 'import_sale': [], 'county_assessor': [], 'attom': []} %}
{%- for field, sources in field_precedence().items() %}
  {%- for s in sources %}
    {%- do relations['import_sale' if s.source == 'import' and field.startswith('last_sale_') else s.source].append(field) %}
  {%- endfor %}
{%- endfor %}
with lead_row as (
  select
    p.*,
    null::bigint as raw_id,
    'user'::text as licence,
    0::bigint as cost_microusd
  from {{ ref('stg_app__property') }} as p
),

import_row as (
  select distinct on (r.tenant_id, r.property_id) r.*
  from {{ ref('stg_import__roll') }} as r
  order by r.tenant_id, r.property_id, r.observed_at desc, r.logical_date desc, r.record_key desc
),

import_sale_row as (
  select distinct on (s.tenant_id, s.property_id)
    s.*,
    s.sale_date as observed_at,
    s.sale_date as last_sale_date,
    s.sale_price as last_sale_price
  from {{ ref('stg_import__sale') }} as s
  order by s.tenant_id, s.property_id, s.sale_date desc, s.sale_price desc
),

county_assessor_row as (
  select distinct on (c.tenant_id, c.property_id) c.*
  from {{ ref('stg_county_assessor__parcel') }} as c
  order by c.tenant_id, c.property_id, c.logical_date desc
),

attom_row as (
  select distinct on (a.tenant_id, a.property_id) a.*
  from {{ ref('stg_attom__property') }} as a
  order by a.tenant_id, a.property_id, a.logical_date desc
)
{%- set tables = {
  'lead': 'app.property', 'import': 'raw.import_record', 'import_sale': 'raw.import_record',
  'county_assessor': 'raw.county_assessor_parcel', 'attom': 'raw.attom_expanded_profile',
} %}
{% for relation, fields in relations.items() if fields %}
select
  r.tenant_id,
  r.property_id,
  '{{ relation | replace("_sale", "") }}'::text as source,
  f.field,
  f.value,
  r.fetched_at,
  r.observed_at,
  r.licence,
  r.cost_microusd,
  '{{ tables[relation] }}'::text as raw_table,
  r.raw_id
from {{ relation }}_row as r
cross join lateral (
  values
  {%- for field in fields %}
    ('{{ field }}', r.{{ field }}::text){{ ',' if not loop.last }}
  {%- endfor %}
) as f (field, value)
where f.value is not null
{{ 'union all' if not loop.last }}
{% endfor %}
