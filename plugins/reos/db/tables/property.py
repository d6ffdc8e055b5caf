"""The property record (identity, normalised address, stage), what was merged with what, and the queue to recompute."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.types import CHAR

from reos.db.tables.columns import (
    METADATA,
    created,
    digest,
    document,
    instant,
    of_property,
    of_tenant,
    serial,
    tenant_key,
    text,
)

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
    text("address_block", nullable=True),
    Column("latitude", Double),
    Column("longitude", Double),
    text("stage", server_default="discovered"),
    Column("version", BigInteger, nullable=False, server_default=sql("1")),
    text("source"),
    created(),
    created("updated_at"),
    instant("deleted_at"),
    Column("merged_into", Uuid),
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
    CheckConstraint("merged_into <> property_id", name="merged_into"),
    ForeignKeyConstraint(
        ["tenant_id", "merged_into"],
        ["app.property.tenant_id", "app.property.property_id"],
        name="fk_property_merged_into",
    ),
    Index(None, "tenant_id", "address_key"),
    Index(None, "tenant_id", "address_block"),
    Index(
        "ix_property_unblocked",
        *("tenant_id", "property_id"),
        postgresql_where=sql("address_block is null and address_key is not null"),
    ),
    Index(None, "tenant_id", "merged_into", postgresql_where=sql("merged_into is not null")),
    Index(None, "tenant_id", "stage"),
    Index(None, "tenant_id", "zip5"),
    Index(None, "tenant_id", "county_fips"),
    Index(None, "tenant_id", "updated_at", "property_id"),
    schema="app",
    comment="One parcel or address of a tenant; its stage moves forward only.",
)


property_alias = Table(
    "property_alias",
    METADATA,
    tenant_key(),
    tenant_key("property_id"),
    text("source"),
    Column("county_fips", CHAR(5)),
    *(text(name, nullable=True) for name in ("apn", "apn_key", "address_line", "unit", "city")),
    Column("state", CHAR(2)),
    Column("zip5", CHAR(5)),
    *(text(name, nullable=True) for name in ("address_key", "address_block")),
    instant("found_at", nullable=False),
    PrimaryKeyConstraint("tenant_id", "property_id", "source"),
    CheckConstraint("apn_key is not null or address_block is not null", name="says"),
    CheckConstraint("apn_key is null or county_fips is not null", name="county"),
    of_property(),
    Index(None, "tenant_id", "address_key", postgresql_where=sql("address_key is not null")),
    Index(None, "tenant_id", "address_block", postgresql_where=sql("address_block is not null")),
    Index(None, "tenant_id", "county_fips", "apn_key", postgresql_where=sql("apn_key is not null")),
    schema="app",
    comment="Address or parcel number that a source states of a property whose leads state none.",
)


def _of(role: str) -> ForeignKeyConstraint:
    """Return the reference of `<role>_id` to a property; a table that names two cannot use the default name."""
    return ForeignKeyConstraint(
        ["tenant_id", f"{role}_id"],
        ["app.property.tenant_id", "app.property.property_id"],
        name=f"fk_%(table_name)s_{role}",
    )


property_merge = Table(
    "property_merge",
    METADATA,
    tenant_key(),
    *(tenant_key(name) for name in ("merge_id", "survivor_id", "absorbed_id")),
    document("evidence"),
    text("decided_by"),
    text("reason"),
    instant("merged_at", nullable=False),
    instant("unmerged_at"),
    text("unmerged_by", nullable=True),
    text("unmerge_reason", nullable=True),
    PrimaryKeyConstraint("tenant_id", "merge_id"),
    CheckConstraint("survivor_id <> absorbed_id", name="two"),
    CheckConstraint("(unmerged_at is null) = (unmerged_by is null)", name="unmerged"),
    _of("survivor"),
    _of("absorbed"),
    Index(
        "uq_property_merge_in_force",
        *("tenant_id", "absorbed_id"),
        unique=True,
        postgresql_where=sql("unmerged_at is null"),
    ),
    Index(None, "tenant_id", "survivor_id"),
    schema="app",
    comment="Which property was merged into which, by whom and on what evidence; kept when it is taken back.",
)

match_review = Table(
    "match_review",
    METADATA,
    tenant_key(),
    *(tenant_key(name) for name in ("review_id", "property_id", "candidate_id")),
    document("evidence"),
    text("reason"),
    text("status", server_default="open"),
    instant("opened_at", nullable=False),
    instant("decided_at"),
    text("decided_by", nullable=True),
    text("note", nullable=True),
    PrimaryKeyConstraint("tenant_id", "review_id"),
    UniqueConstraint("tenant_id", "property_id", "candidate_id"),
    CheckConstraint("property_id <> candidate_id", name="two"),
    CheckConstraint("status in ('open', 'same', 'different')", name="status"),
    CheckConstraint("(status = 'open') = (decided_at is null)", name="decided"),
    _of("property"),
    _of("candidate"),
    Index(None, "tenant_id", "candidate_id"),
    Index(None, "tenant_id", "status", "opened_at", "review_id"),
    schema="app",
    comment="Pairs of properties that may be one home, with the evidence, for a person to decide.",
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
