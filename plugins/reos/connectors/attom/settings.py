"""The facts of this source that policy and planning need."""

from datetime import timedelta

from reos.connectors.contract import Capability, ConnectorSpec

SPEC = ConnectorSpec(
    provider="attom",
    dataset="expanded_profile",
    label="ATTOM",
    raw_table="attom_expanded_profile",
    capabilities=frozenset({Capability.APN, Capability.ADDRESS}),
    licence="licensed",
    max_age=timedelta(days=90),
    not_found_max_age=timedelta(days=30),
    unusable_max_age=timedelta(days=1),
    batch_size=1,
    concurrency=16,
)

PATH = "/propertyapi/v1.0.0/property/expandedprofile"
