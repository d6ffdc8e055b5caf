"""Imported files and the rows of them that were refused."""

from sqlalchemy import Column, Date, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy import text as sql

from reos.db.tables.columns import METADATA, created, digest, document, instant, of_tenant, tenant_key, text


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
    *(_count(name) for name in ("rows", "created", "known", "rejected")),
    created("started_at"),
    instant("finished_at"),
    PrimaryKeyConstraint("tenant_id", "batch_id"),
    UniqueConstraint("tenant_id", "file_sha256", "profile"),
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
    text("reason"),
    document("row_data", nullable=True),
    PrimaryKeyConstraint("tenant_id", "batch_id", "line"),
    ForeignKeyConstraint(["tenant_id", "batch_id"], ["app.import_batch.tenant_id", "app.import_batch.batch_id"]),
    schema="app",
    comment="Rows of a file that were refused, by line number, with the reason.",
)
