"""Rows that a quality gate held back, and the gate's runs."""

from sqlalchemy import REAL, Boolean, Column, Index, PrimaryKeyConstraint, Table, Uuid

from reos.db.tables.columns import METADATA, created, document, instant, of_tenant, tenant_key, text

quarantine = Table(
    "quarantine",
    METADATA,
    tenant_key(),
    tenant_key("quarantine_id"),
    text("batch_id"),
    text("suite"),
    text("rule"),
    text("severity"),
    Column("property_id", Uuid),
    document("row_data"),
    text("reason"),
    created(),
    instant("released_at"),
    PrimaryKeyConstraint("tenant_id", "quarantine_id"),
    Index(None, "tenant_id", "property_id"),
    of_tenant(),
    schema="app",
    comment="Rows held back by a quality gate, each with the rule and the reason.",
)

quality_run = Table(
    "quality_run",
    METADATA,
    Column("run_id", Uuid, primary_key=True),
    text("suite"),
    text("batch_id"),
    Column("success", Boolean, nullable=False),
    Column("blocked", Boolean, nullable=False),
    document("statistics"),
    instant("started_at", nullable=False),
    Column("seconds", REAL, nullable=False),
    Index(None, "suite", "started_at"),
    schema="app",
    comment="Runs of the quality gates over all tenants.",
)
