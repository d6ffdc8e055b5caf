"""The facts of this source that policy needs."""

from datetime import timedelta

from reos.connectors.bulk import BulkSpec

SPEC = BulkSpec(
    source="census_acs",
    provider="census",
    dataset="acs5",
    label="Census, American Community Survey",
    tables=("raw.census_acs", "audit.census_demographic"),
    licence="public",
    attribution="U.S. Census Bureau, American Community Survey 5-year estimates; not endorsed by the Bureau",
    max_age=timedelta(days=45),  # asked each month; a new year comes once a year
)
