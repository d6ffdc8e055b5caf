"""The facts of this source that policy and planning need."""

from datetime import timedelta

from reos.connectors.contract import Capability, ConnectorSpec

PROVIDER = "regrid"

SPEC = ConnectorSpec(
    source="regrid",
    provider=PROVIDER,
    dataset="parcel",
    label="Regrid",
    raw_table="regrid_parcel",
    capabilities=frozenset({Capability.APN, Capability.ADDRESS, Capability.POINT, Capability.BULK}),
    fills=frozenset(
        {
            *("address_line", "city", "state", "zip5", "latitude", "longitude", "property_type"),
            *("owner_name", "mailing_address", "living_sqft", "lot_sqft", "floors", "year_built"),
            *("assessed_land", "assessed_improvements", "assessed_value", "roll_year"),
            *("last_sale_date", "last_sale_price", "zoning"),
            *("flood_zone", "in_flood_hazard_area", "flood_map_date"),
        }
    ),
    licence="licensed",
    max_age=timedelta(days=90),
    not_found_max_age=timedelta(days=30),
    unusable_max_age=timedelta(days=1),
    batch_size=1,
    concurrency=8,  # about ten at once and 200 a minute are allowed; beyond that comes 429
)

# Sent with every request for parcels: nothing that is billed on top or makes the answer long is left to a default.
OPTIONS = {
    "return_geometry": "false",
    "return_custom": "false",
    "return_field_labels": "false",
    "return_stacked": "false",
    "return_matched_buildings": "false",
    "return_matched_addresses": "false",
    "return_enhanced_ownership": "false",
    "return_zoning": "false",
}
