"""The property record (identity, normalised address, stage) and the queue of properties to recompute."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    Index,
    PrimaryKeyConstraint,
    Table,
)
from sqlalchemy import text as sql
from sqlalchemy.types import CHAR

from reos.db.tables.columns import METADATA, created, digest, instant, of_tenant, serial, tenant_key, text

STAGES = ("discovered", "enriched", "scored", "documented", "contacted")

property = Table(  # noqa: A001 - named as the table
    "property",
    METADATA,
    tenant_key(),
    tenant_key("property_id"),
    Column("county_fips", CHAR(5)),
    text("apn", nullable=True),
    text("apn_key", nullable=True),
    digest("apn_hash", nullable=True),
    text("address_raw", nullable=True),
    text("address_line", nullable=True),
    text("unit", nullable=True),
    text("city", nullable=True),
    Column("state", CHAR(2)),
    Column("zip5", CHAR(5)),
    Column("zip4", CHAR(4)),
    text("address_key", nullable=True),
    Column("latitude", Double),
    Column("longitude", Double),
    text("stage", server_default="discovered"),
    Column("version", BigInteger, nullable=False, server_default=sql("1")),
    text("source"),
    created(),
    created("updated_at"),
    instant("deleted_at"),
    PrimaryKeyConstraint("tenant_id", "property_id"),
    of_tenant(),
    CheckConstraint(f"stage in {STAGES!r}", name="stage"),
    CheckConstraint("apn_key is not null or address_key is not null", name="identity"),
    CheckConstraint("apn_key is null or county_fips is not null", name="apn_county"),
    Index(
        "uq_property_apn",
        *("tenant_id", "county_fips", "apn_key"),
        unique=True,
        postgresql_where=sql("apn_key is not null"),
    ),
    Index(
        "uq_property_address",
        *("tenant_id", "address_key"),
        unique=True,
        postgresql_where=sql("apn_key is null and address_key is not null"),
    ),
    Index(None, "tenant_id", "address_key"),
    Index(None, "tenant_id", "stage"),
    Index(None, "tenant_id", "zip5"),
    Index(None, "tenant_id", "county_fips"),
    Index(None, "tenant_id", "updated_at", "property_id"),
    schema="app",
    comment="One parcel or address of a tenant; its stage moves forward only.",
)

dirty_property = Table(
    "dirty_property",
    METADATA,
    serial("dirty_id", primary_key=True),
    text("model"),
    tenant_key(),
    tenant_key("property_id"),
    created("queued_at"),
    Index(None, "model", "dirty_id"),
    schema="app",
    comment="Append-only queue of properties whose dbt model has to be recomputed; drained by dbt.",
)
