-- What ATTOM's expanded profile says of a property, typed.
{{ attom_property(source('attom', 'attom_expanded_profile'), 'attom_expanded_profile') }}
