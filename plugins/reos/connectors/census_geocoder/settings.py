"""The facts of this source that policy and planning need."""

from datetime import timedelta

from reos.connectors.contract import Capability, ConnectorSpec

# The lines behind the points are published about twice a year, so an answer is not asked for again sooner.
SPEC = ConnectorSpec(
    source="census_geocoder",
    provider="census_geocoder",
    dataset="location",
    label="Census geocoder",
    raw_table="geocode_point",
    capabilities=frozenset({Capability.ADDRESS, Capability.BULK}),
    fills=frozenset({"latitude", "longitude", "state", "zip5"}),
    licence="public",
    max_age=timedelta(days=365),
    not_found_max_age=timedelta(days=180),
    unusable_max_age=timedelta(days=1),
    batch_size=10_000,  # the service takes no more in one file
    concurrency=2,
)

ONE_LINE, BATCH = "/locations/onelineaddress", "/locations/addressbatch"
BENCHMARK = "Public_AR_Current"
