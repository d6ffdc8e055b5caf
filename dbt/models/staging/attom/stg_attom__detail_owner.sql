-- What ATTOM's detail with owner says of a property, typed.
{{ attom_property(source('attom_detail_owner', 'attom_detail_owner'), 'attom_detail_owner') }}
