"""Imported files: their state, the rows that wait to be published, those that were refused, and what was changed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.types import CHAR

from reos.db.tables.columns import METADATA, created, digest, document, instant, of_tenant, tenant_key, text

STATES = ("staging", "staged", "publishing", "done", "undoing", "undone", "discarded")
REJECTION_KINDS = ("invalid", "duplicate", "conflict", "shared")
_COUNTERS = (
    *("rows", "created", "known", "rejected"),
    *("lines", "lines_done", "sales", "records_added", "records_changed", "events", "merged", "reviews"),
)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=sql("0"))


import_batch = Table(
    "import_batch",
    METADATA,
    tenant_key(),
    tenant_key("batch_id"),
    text("profile"),
    text("file_name"),
    digest("file_sha256"),
    Column("logical_date", Date, nullable=False),
    text("status", server_default="done"),
    text("step", nullable=True),
    text("step_key", nullable=True),
    *(_count(name) for name in _COUNTERS),
    document("details", server_default=sql("'{}'")),
    Column("user_id", Uuid),
    created("started_at"),
    instant("finished_at"),
    instant("undone_at"),
    PrimaryKeyConstraint("tenant_id", "batch_id"),
    CheckConstraint(f"status in {STATES!r}", name="status"),
    Index(
        "uq_import_batch_file",
        *("tenant_id", "file_sha256", "profile"),
        unique=True,
        postgresql_where=sql("status not in ('undone', 'discarded')"),
    ),
    of_tenant(),
    schema="app",
    comment="Imported files; the same file and profile is imported once.",
)

import_rejection = Table(
    "import_rejection",
    METADATA,
    tenant_key(),
    tenant_key("batch_id"),
    Column("line", Integer, nullable=False),
    text("kind", server_default="invalid"),
    text("reason"),
    document("row_data", nullable=True),
    PrimaryKeyConstraint("tenant_id", "batch_id", "line"),
    CheckConstraint(f"kind in {REJECTION_KINDS!r}", name="kind"),
    ForeignKeyConstraint(["tenant_id", "batch_id"], ["app.import_batch.tenant_id", "app.import_batch.batch_id"]),
    schema="app",
    comment="Rows of a file that were refused, by line number, with the reason.",
)

import_row = Table(
    "import_row",
    METADATA,
    tenant_key(),
    tenant_key("batch_id"),
    Column("line", Integer, nullable=False),
    text("identity"),
    tenant_key("candidate_id"),
    text("record_key"),
    document("body"),
    digest("body_sha256"),
    Column("county_fips", CHAR(5)),
    text("apn", nullable=True),
    text("apn_key", nullable=True),
    digest("apn_hash", nullable=True),
    *(text(name, nullable=True) for name in ("address_raw", "address_line", "unit", "city")),
    Column("state", CHAR(2)),
    Column("zip5", CHAR(5)),
    Column("zip4", CHAR(4)),
    text("address_key", nullable=True),
    text("address_block", nullable=True),
    Column("latitude", Double),
    Column("longitude", Double),
    PrimaryKeyConstraint("tenant_id", "batch_id", "line"),
    Index("ix_import_row_batch_id_identity_line", "batch_id", "identity", "line"),
    Index(
        "ix_import_row_batch_id_address_block",
        *("batch_id", "address_block"),
        postgresql_where=sql("address_block is not null"),
    ),
    schema="app",
    comment="Good rows of files whose import is not finished; deleted with its end.",
)

import_change = Table(
    "import_change",
    METADATA,
    tenant_key(),
    tenant_key("batch_id"),
    tenant_key("property_id"),
    text("what"),
    document("detail", nullable=True),
    text("outcome", nullable=True),
    text("address_block", nullable=True),
    PrimaryKeyConstraint("tenant_id", "batch_id", "property_id", "what"),
    Index(
        "ix_import_change_tenant_id_batch_id_address_block",
        *("tenant_id", "batch_id", "address_block"),
        postgresql_where=sql("address_block is not null"),
    ),
    schema="app",
    comment="What an import created or changed, and what it replaced, so that it can be undone.",
)
