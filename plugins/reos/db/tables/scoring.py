"""Score weights a tenant chose, scores already announced, and rendered memos."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql

from reos.db.tables.columns import METADATA, created, digest, instant, of_property, of_tenant, tenant_key, text

score_weight_version = Table(
    "score_weight_version",
    METADATA,
    tenant_key(),
    Column("version", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=sql("false")),
    created(),
    text("created_by"),
    PrimaryKeyConstraint("tenant_id", "version"),
    Index("uq_score_weight_version_active", "tenant_id", unique=True, postgresql_where=sql("is_active")),
    of_tenant(),
    schema="app",
    comment="Versions of a tenant's score weights; one is active.",
)

score_weight = Table(
    "score_weight",
    METADATA,
    tenant_key(),
    Column("version", Integer, nullable=False),
    text("component"),
    Column("max_points", SmallInteger, nullable=False),
    Column("low", Numeric, nullable=False),
    Column("high", Numeric, nullable=False),
    text("note", nullable=True),
    PrimaryKeyConstraint("tenant_id", "version", "component"),
    CheckConstraint("max_points between 0 and 100", name="max_points"),
    CheckConstraint("low <> high", name="range"),
    ForeignKeyConstraint(
        ["tenant_id", "version"], ["app.score_weight_version.tenant_id", "app.score_weight_version.version"]
    ),
    schema="app",
    comment="Points of each score component: none at low, all at high; a version's points sum to 100.",
)

published_score = Table(
    "published_score",
    METADATA,
    tenant_key(),
    tenant_key("property_id"),
    Column("score_version", Integer, nullable=False),
    digest("inputs_hash"),
    Column("event_id", Uuid, nullable=False),
    created("published_at"),
    PrimaryKeyConstraint("tenant_id", "property_id"),
    of_property(),
    schema="app",
    comment="The score last announced for a property, so that an unchanged one is not announced again.",
)

memo_request = Table(
    "memo_request",
    METADATA,
    tenant_key(),
    tenant_key("request_id"),
    tenant_key("property_id"),
    tenant_key("requested_by"),
    created("requested_at"),
    instant("fulfilled_at"),
    Column("memo_id", Uuid),
    text("error", nullable=True),
    PrimaryKeyConstraint("tenant_id", "request_id"),
    of_property(),
    Index(
        "uq_memo_request_open",
        *("tenant_id", "property_id"),
        unique=True,
        postgresql_where=sql("fulfilled_at is null"),
    ),
    schema="app",
    comment="Memos that people asked for; asking again while one is open is the same request.",
)

memo = Table(
    "memo",
    METADATA,
    tenant_key(),
    tenant_key("memo_id"),
    tenant_key("property_id"),
    Column("score_version", Integer, nullable=False),
    digest("inputs_hash"),
    text("template_version"),
    digest("document_sha256"),
    Column("byte_size", Integer, nullable=False),
    Column("page_count", SmallInteger, nullable=False),
    text("storage_key"),
    created(),
    PrimaryKeyConstraint("tenant_id", "memo_id"),
    UniqueConstraint("tenant_id", "property_id", "inputs_hash", "template_version"),
    of_property(),
    schema="app",
    comment="Rendered investment memos; the same inputs and template give the same memo.",
)
