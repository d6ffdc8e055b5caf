{# The fields that a county's layer may offer, in seeds/county_field.csv under its own names. #}
{% macro county_fields() %}
  {{ return([
    'apn', 'address_line', 'city', 'state', 'zip5', 'owner_name', 'mail_address', 'property_use', 'year_built',
    'year_renovated', 'floors', 'beds', 'baths', 'living_sqft', 'lot_sqft', 'grade', 'condition', 'land_value',
    'improvement_value', 'sale_date', 'sale_price', 'roll_year', 'latitude', 'longitude',
  ]) }}
{% endmacro %}
