-- What ATTOM's assessment detail says of a property, typed.
{{ attom_property(source('attom_assessment', 'attom_assessment'), 'attom_assessment') }}
