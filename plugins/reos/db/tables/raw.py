"""Landing tables, one a provider dataset: the answer as it came, with when, under which licence and at what cost."""

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.types import CHAR

from reos.db.tables.columns import (
    METADATA,
    digest,
    document,
    instant,
    micro_usd,
    of_property,
    serial,
    tenant_key,
    text,
)


def _landing(name: str, comment: str, key: tuple[str, ...], *extra: Column[Any] | CheckConstraint) -> Table:
    """Build a landing table; `key` (without the tenant) is what a repetition of the same load meets."""
    return Table(
        name,
        METADATA,
        tenant_key(),
        serial("raw_id"),
        tenant_key("property_id"),
        Column("logical_date", Date, nullable=False),
        instant("fetched_at", nullable=False),
        digest("request_hash", nullable=True),
        Column("http_status", SmallInteger),
        micro_usd("cost_microusd", server_default=sql("0")),
        text("licence"),
        document("body"),
        digest("body_sha256"),
        *extra,
        PrimaryKeyConstraint("tenant_id", "raw_id"),
        UniqueConstraint("tenant_id", *key),
        CheckConstraint("octet_length(body_sha256) = 32", name="body_sha256"),
        of_property(),
        schema="raw",
        comment=comment,
    )


import_record = _landing(
    "import_record",
    "Rows of imported files, mapped to our names; a sale a row, or the roll.",
    ("property_id", "record_key"),
    Column("batch_id", Uuid, nullable=False),
    Column("line", Integer, nullable=False),
    text("profile"),
    text("record_key"),
)

county_assessor_parcel = _landing(
    "county_assessor_parcel",
    "Parcel attributes from county ArcGIS layers, verbatim.",
    ("property_id", "logical_date"),
    Column("county_fips", CHAR(5), nullable=False),
)

attom_expanded_profile = _landing(
    "attom_expanded_profile",
    "ATTOM expanded profile, the whole property object.",
    ("property_id", "logical_date"),
)

attom_basic_profile = _landing(
    "attom_basic_profile", "ATTOM basic profile, the whole property object.", ("property_id", "logical_date")
)

attom_detail_owner = _landing(
    "attom_detail_owner",
    "ATTOM property detail with owner, the whole property object.",
    ("property_id", "logical_date"),
)

attom_assessment = _landing(
    "attom_assessment", "ATTOM assessment detail, the whole property object.", ("property_id", "logical_date")
)

attom_sales_history = _landing(
    "attom_sales_history", "ATTOM sales history, the whole property object.", ("property_id", "logical_date")
)

attom_avm = _landing(
    "attom_avm", "ATTOM automated valuation, the whole property object.", ("property_id", "logical_date")
)

regrid_parcel = _landing("regrid_parcel", "Regrid parcel, the whole feature.", ("property_id", "logical_date"))

fema_flood_zone = _landing(
    "fema_flood_zone",
    "FEMA flood hazard polygons and panel at a property's point.",
    ("property_id", "logical_date"),
)

zillow_zestimate = _landing(
    "zillow_zestimate",
    "Zestimates of Zillow's Bridge interface, for licensed installations.",
    ("property_id", "logical_date"),
)

geocode_point = _landing(
    "geocode_point",
    "Points of properties: what a geocoder found or a user stated, its quality, and why it is not used.",
    ("property_id", "source", "logical_date"),
    text("source"),
    Column("latitude", Double),
    Column("longitude", Double),
    text("quality", nullable=True),
    Column("distance_m", Integer),
    Column("flagged", Boolean, nullable=False, server_default=sql("false")),
    text("reason", nullable=True),
    CheckConstraint("source in ('openaddresses', 'census', 'lead', 'import')", name="source"),
    CheckConstraint("quality in ('rooftop', 'parcel', 'interpolated', 'stated')", name="quality"),
    CheckConstraint("num_nulls(latitude, longitude, quality) in (0, 3)", name="whole"),
    CheckConstraint("reason is not null or (latitude is not null and not flagged)", name="reason"),
)
