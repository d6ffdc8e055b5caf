"""The facts of this source that policy and planning need."""

from datetime import timedelta

from reos.connectors.contract import Capability, ConnectorSpec

# The terms admit display and little else: the class `restricted` keeps the answers out of scores, lists and letters.
SPEC = ConnectorSpec(
    source="zillow_bridge",
    provider="zillow",
    dataset="zestimate",
    label="Zillow (Bridge)",
    raw_table="zillow_zestimate",
    capabilities=frozenset({Capability.ADDRESS, Capability.POINT}),
    fills=frozenset({"estimated_value", "estimated_value_low", "estimated_value_high", "estimated_rent"}),
    licence="restricted",
    max_age=timedelta(days=14),
    not_found_max_age=timedelta(days=7),
    unusable_max_age=timedelta(days=1),
    batch_size=1,
    concurrency=4,
)

PATH = "/zestimates_v2/zestimates"
