{#
  Post-hook of every mart, inside the model's transaction, so a table and its policies become visible together. They are
  those of the application's tables: for reos_app a restrictive policy demands the transaction's tenant, for reos_pipeline
  it does so when a tenant is set; a permissive one each opens what the restrictive one guards. dbt and the quality role
  bypass row-level security: under it their tests would pass on no rows. Does nothing, and locks nothing, once in place.
#}
{% macro tenant_rls(relation=this) %}
  {%- if execute and model.config.materialized != 'view' and not rls_in_place(relation) -%}
    {%- set tenant = "(select nullif(current_setting('app.current_tenant_id', true), '')::uuid)" -%}
    {%- set own = 'tenant_id = ' ~ tenant -%}
    {%- set own_if_set = '(' ~ tenant ~ ' is null or ' ~ own ~ ')' -%}
    alter table {{ relation }} enable row level security;
    alter table {{ relation }} force row level security;
    {{ tenant_policy(relation, 'tenant_isolation', 'restrictive', 'reos_app', own) }};
    {{ tenant_policy(relation, 'tenant_access', 'permissive', 'reos_app', 'true') }};
    {{ tenant_policy(relation, 'pipeline_isolation', 'restrictive', 'reos_pipeline', own_if_set) }};
    {{ tenant_policy(relation, 'pipeline_access', 'permissive', 'reos_pipeline', 'true') }}
  {%- endif -%}
{% endmacro %}

{% macro tenant_policy(relation, name, kind, role, rule) -%}
  drop policy if exists {{ name }} on {{ relation }};
  create policy {{ name }} on {{ relation }} as {{ kind }} for select to {{ role }} using ({{ rule }})
{%- endmacro %}

{% macro rls_in_place(relation) %}
  {%- set found = run_query(
    "select c.relrowsecurity and c.relforcerowsecurity and (select count(*) from pg_policy p where p.polrelid = c.oid) = 4"
    ~ " from pg_class c where c.oid = '" ~ relation ~ "'::regclass"
  ) -%}
  {{ return(found.columns[0].values()[0]) }}
{% endmacro %}
