{# Columns that a score has wherever it is kept, in the order of fct_property_score. #}
{% macro score_columns() %}
  {{ return([
    'score', 'confidence', 'model_version', 'weights_version', 'inputs_hash', 'as_of', 'market_date', 'estimated_value',
    'comparable_area', 'comparable_count', 'price_per_sqft', 'recent_price', 'owed', 'missing_inputs', 'component_codes',
    'component_points', 'component_max_points', 'component_values', 'component_lows', 'component_highs', 'reason_codes',
  ]) }}
{% endmacro %}
