"""Market and housing facts of areas, shared by all tenants: Zillow's indices, and the Census's housing stock."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Uuid,
)
from sqlalchemy.types import CHAR

from reos.db.tables.columns import METADATA, instant, text


def _load() -> Column[Any]:
    return Column("load_id", Uuid, nullable=False)


def _of_load() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["load_id"], ["app.reference_load.load_id"])


zillow_region = Table(
    "zillow_region",
    METADATA,
    text("region_type"),
    Column("region_id", BigInteger, nullable=False),
    text("region_name"),
    Column("state", CHAR(2)),
    *(text(name, nullable=True) for name in ("city", "metro", "county_name")),
    Column("county_fips", CHAR(5)),
    Column("size_rank", Integer),
    _load(),
    PrimaryKeyConstraint("region_type", "region_id"),
    _of_load(),
    Index(None, "region_type", "region_name"),
    schema="raw",
    comment="The areas of Zillow's research files; a ZIP code is named by its five digits.",
)

# A reference to the load would be checked once a row, and there are ten million of them.
zillow_index = Table(
    "zillow_index",
    METADATA,
    text("series"),
    text("region_type"),
    Column("region_id", BigInteger, nullable=False),
    Column("month", Date, nullable=False),
    Column("value", Double, nullable=False),
    Column("base_date", Date),
    _load(),
    instant("fetched_at", nullable=False),
    PrimaryKeyConstraint("series", "region_type", "region_id", "month"),
    schema="raw",
    comment="Zillow's indices of areas (home values, rents) by month end; a month without a value has no row.",
)

census_acs = Table(
    "census_acs",
    METADATA,
    text("geo_type"),
    text("geoid"),
    Column("year", SmallInteger, nullable=False),
    text("variable"),
    Column("estimate", Double),
    Column("margin", Double),
    text("reason", nullable=True),
    _load(),
    instant("fetched_at", nullable=False),
    PrimaryKeyConstraint("geo_type", "geoid", "year", "variable"),
    _of_load(),
    schema="raw",
    comment="Facts of the housing stock of areas: American Community Survey, five years ending in `year`.",
)
