-- What ATTOM's sales history says of a property, typed: the last sale of its list, and what it repeats of the building.
{{ attom_property(source('attom_sales_history', 'attom_sales_history'), 'attom_sales_history', has_history=true) }}
