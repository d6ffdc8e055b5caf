"""What policy and planning need to know of the National Flood Hazard Layer, and which of its layers are asked."""

from datetime import timedelta

from reos.connectors.contract import Capability, ConnectorSpec

ZONES, PANELS, AVAILABILITY = 28, 3, 0  # S_FLD_HAZ_AR, FIRM panels, where FEMA has digital maps at all
ZONE_FIELDS = ("FLD_ZONE", "ZONE_SUBTY", "SFHA_TF", "STATIC_BFE", "DFIRM_ID")
PANEL_FIELDS = ("DFIRM_ID", "FIRM_PAN", "PANEL_TYP", "EFF_DATE")

SPEC = ConnectorSpec(
    source="fema_nfhl",
    provider="fema",
    dataset="flood_zone",
    label="FEMA flood hazard layer",
    raw_table="fema_flood_zone",
    capabilities=frozenset({Capability.POINT}),
    fills=frozenset({"flood_zone", "in_flood_hazard_area", "flood_map_date"}),
    licence="public",
    max_age=timedelta(days=90),
    not_found_max_age=timedelta(0),  # never used: an unmapped point is an answer, with no features
    unusable_max_age=timedelta(0),
    batch_size=1,
    concurrency=4,
)
