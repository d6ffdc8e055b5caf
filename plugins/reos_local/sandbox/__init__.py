"""Provider sandbox: one process that answers in the real wire formats of the data providers, for an invented county.

Every answer is a pure function of a seed and a parcel number or address (`world`); the providers (`county_view`,
`attom_view`, `regrid_view`) each see that world with the gaps, lags and disagreements that make provenance necessary.
It is for development, the single-machine stack and tests; nothing in it describes a real person, house or sale.
"""
