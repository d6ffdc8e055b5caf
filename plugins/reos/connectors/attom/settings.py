"""The facts of this source that policy and planning need."""

from datetime import timedelta

from reos.connectors.contract import FACT_NAMES, Capability, ConnectorSpec

_NOT_IN_PROFILES = frozenset(
    {
        *("grade", "zoning", "flood_zone", "in_flood_hazard_area", "flood_map_date"),
        *("estimated_value", "estimated_value_low", "estimated_value_high", "estimated_rent"),
    }
)

SPEC = ConnectorSpec(
    source="attom",
    provider="attom",
    dataset="expanded_profile",
    label="ATTOM",
    raw_table="attom_expanded_profile",
    capabilities=frozenset({Capability.APN, Capability.ADDRESS}),
    fills=frozenset(FACT_NAMES) - _NOT_IN_PROFILES,
    licence="licensed",
    max_age=timedelta(days=90),
    not_found_max_age=timedelta(days=30),
    unusable_max_age=timedelta(days=1),
    batch_size=1,
    concurrency=16,
)

PATH = "/propertyapi/v1.0.0/property/expandedprofile"
