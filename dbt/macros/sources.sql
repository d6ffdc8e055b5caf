{#
  The sources that give one landed answer about a property, each with the staging model that types it and the table that
  holds it. What a user brings (lead, import) and points of geocoders are resolved by rules of their own.
#}
{% macro answering_sources() %}
  {{ return({
    'county_assessor': {'model': 'stg_county_assessor__parcel', 'table': 'raw.county_assessor_parcel'},
    'regrid': {'model': 'stg_regrid__parcel', 'table': 'raw.regrid_parcel'},
    'attom': {'model': 'stg_attom__property', 'table': 'raw.attom_expanded_profile'},
    'attom_basic_profile': {'model': 'stg_attom__basic_profile', 'table': 'raw.attom_basic_profile'},
    'attom_detail_owner': {'model': 'stg_attom__detail_owner', 'table': 'raw.attom_detail_owner'},
    'attom_assessment': {'model': 'stg_attom__assessment', 'table': 'raw.attom_assessment'},
    'attom_sales_history': {'model': 'stg_attom__sales_history', 'table': 'raw.attom_sales_history'},
    'attom_avm': {'model': 'stg_attom__valuation', 'table': 'raw.attom_avm'},
    'fema_nfhl': {'model': 'stg_fema__flood_zone', 'table': 'raw.fema_flood_zone'},
    'zillow_bridge': {'model': 'stg_zillow__zestimate', 'table': 'raw.zillow_zestimate'},
  }) }}
{% endmacro %}

{# The sources of points alone, which are kept in one table. #}
{% macro geocoders() %}
  {{ return(['openaddresses', 'census']) }}
{% endmacro %}
