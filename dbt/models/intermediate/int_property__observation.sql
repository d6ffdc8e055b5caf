{{ config(materialized='ephemeral') }}
-- What each source says of each field it may win: the newest answer of the source, a row a value. Read on demand, for a
-- few properties at a time; nothing stores it.
-- depends_on: {{ ref('field_precedence') }}
-- depends_on: {{ ref('source') }}
{%- set tables = {'lead': 'app.property', 'import': 'raw.import_record', 'import_sale': 'raw.import_record'} %}
{%- for source, answers in answering_sources().items() %}{% do tables.update({source: answers.table}) %}{% endfor %}
{%- for source in geocoders() %}{% do tables.update({source: 'raw.geocode_point'}) %}{% endfor %}
{%- set relations = {} %}
{%- for relation in tables %}{% do relations.update({relation: []}) %}{% endfor %}
{%- for field, sources in field_precedence().items() %}
  {%- for s in sources %}
    {%- do relations['import_sale' if s.source == 'import' and field.startswith('last_sale_') else s.source].append(field) %}
  {%- endfor %}
{%- endfor %}
with lead_row as (
  select
    p.property_id as home_id,
    p.*,
    null::bigint as raw_id,
    'user'::text as licence,
    0::bigint as cost_microusd
  from {{ ref('stg_app__property') }} as p
),

import_row as (
  {{ latest(ref('stg_import__roll'), 's.observed_at desc, s.logical_date desc, s.record_key desc') }}
),

import_sale_row as (
  select distinct on (m.tenant_id, m.property_id)
    m.property_id as home_id,
    s.*,
    s.sale_date as observed_at,
    s.sale_date as last_sale_date,
    s.sale_price as last_sale_price
  {{ of_members(ref('stg_import__sale'), 's') }}
  order by m.tenant_id, m.property_id, s.sale_date desc, s.sale_price desc
),

{% for source, answers in answering_sources().items() -%}
{{ source }}_row as (
  {{ latest(ref(answers.model), 's.logical_date desc') }}
),

{% endfor -%}
geocode_row as not materialized (
  {{ latest(ref('stg_geocode__point'), 's.logical_date desc', per=['m.member_id', 's.source']) }}
),

{% for source in geocoders() -%}
{{ source }}_row as (
  {{ point_of(source) }}
),

{% endfor -%}
said as (
  {%- for relation, fields in relations.items() if fields %}
  {%- set is_geocoder = relation in geocoders() %}
  select
    r.tenant_id,
    r.home_id as property_id,
    '{{ "import" if relation == "import_sale" else relation }}'::text as source,
    f.field,
    f.value,
    r.fetched_at,
    r.observed_at,
    r.licence,
    r.cost_microusd,
    '{{ tables[relation] }}'::text as raw_table,
    r.raw_id,
    {{ point_text('r') if 'latitude' in fields else 'null::text' }} as point,
    {{ 'r.reason' if is_geocoder else 'null::text' }} as reason
  from {{ relation }}_row as r
  cross join lateral (
    values
    {%- for field in fields %}
      ('{{ field }}', r.{{ field }}::text){{ ',' if not loop.last }}
    {%- endfor %}
  ) as f (field, value)
  where f.value is not null
  {{ 'or r.reason is not null' if is_geocoder }}
  {{ 'union all' if not loop.last }}
  {%- endfor %}
)

select
  s.tenant_id,
  s.property_id,
  s.source,
  s.field,
  s.value,
  s.fetched_at,
  s.observed_at,
  s.licence,
  s.cost_microusd,
  s.raw_table,
  s.raw_id,
  coalesce(flagged.reason, s.reason) as rejected
from said as s
left join lateral (
  select g.reason
  from geocode_row as g
  where g.tenant_id = s.tenant_id
    and g.home_id = s.property_id
    and g.is_flagged
    and s.field in ('latitude', 'longitude')
    and {{ point_text('g') }} = s.point
  order by g.source
  limit 1
) as flagged on true
