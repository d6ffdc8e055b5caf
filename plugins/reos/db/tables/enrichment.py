"""What enrichment planned for each property, and what came of it."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Uuid

from reos.db.tables.columns import METADATA, document, instant, micro_usd, of_property, tenant_key

enrichment_plan = Table(
    "enrichment_plan",
    METADATA,
    tenant_key(),
    Column("plan_id", Uuid, nullable=False),
    tenant_key("property_id"),
    Column("run_id", Uuid, nullable=False),
    instant("planned_at", nullable=False),
    document("gaps"),
    document("steps"),
    micro_usd("cost_microusd"),
    PrimaryKeyConstraint("tenant_id", "plan_id"),
    of_property(),
    schema="app",
    comment="Append-only: what was missing of a property, which sources were asked for it, why, and what it cost.",
)
Index(
    "ix_enrichment_plan_tenant_id_property_id_planned_at",
    enrichment_plan.c.tenant_id,
    enrichment_plan.c.property_id,
    enrichment_plan.c.planned_at,
)
