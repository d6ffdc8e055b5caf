-- What ATTOM's basic profile says of a property, typed.
{{ attom_property(source('attom_basic_profile', 'attom_basic_profile'), 'attom_basic_profile') }}
