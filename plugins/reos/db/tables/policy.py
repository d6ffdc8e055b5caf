"""Decisions of the policy kernel, budgets with their holds, and every call to a provider."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import text as sql

from reos.db.tables.columns import (
    METADATA,
    created,
    digest,
    document,
    instant,
    micro_usd,
    of_tenant,
    tenant_key,
    text,
)

PERIODS = ("day", "month")

policy_decision = Table(
    "policy_decision",
    METADATA,
    tenant_key(),
    tenant_key("decision_id"),
    document("principal"),
    text("action"),
    document("resource"),
    document("context"),
    Column("allow", Boolean, nullable=False),
    Column("policy_ids", ARRAY(Text), nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    text("policy_version"),
    digest("inputs_hash"),
    created("decided_at"),
    PrimaryKeyConstraint("tenant_id", "decision_id"),
    Index(None, "tenant_id", "decided_at"),
    of_tenant(),
    schema="app",
    comment="Append-only record of every decision, with what is needed to replay it.",
)

budget = Table(
    "budget",
    METADATA,
    tenant_key(),
    text("provider"),
    text("period"),
    micro_usd("cap_microusd"),
    PrimaryKeyConstraint("tenant_id", "provider", "period"),
    CheckConstraint(f"period in {PERIODS!r}", name="period"),
    CheckConstraint("cap_microusd >= 0", name="cap"),
    of_tenant(),
    schema="app",
    comment="Spending caps a provider and period.",
)

budget_usage = Table(
    "budget_usage",
    METADATA,
    tenant_key(),
    text("provider"),
    text("period"),
    Column("period_start", Date, nullable=False),
    micro_usd("held_microusd", server_default=sql("0")),
    micro_usd("spent_microusd", server_default=sql("0")),
    PrimaryKeyConstraint("tenant_id", "provider", "period", "period_start"),
    CheckConstraint(f"period in {PERIODS!r}", name="period"),
    CheckConstraint("held_microusd >= 0 and spent_microusd >= 0", name="amounts"),
    of_tenant(),
    schema="app",
    comment="What is held and spent in a period.",
)

budget_hold = Table(
    "budget_hold",
    METADATA,
    tenant_key(),
    tenant_key("hold_id"),
    text("provider"),
    micro_usd("amount_microusd"),
    instant("held_at", nullable=False),
    instant("settled_at"),
    instant("released_at"),
    micro_usd("actual_microusd", nullable=True),
    text("reference", nullable=True),
    PrimaryKeyConstraint("tenant_id", "hold_id"),
    CheckConstraint("amount_microusd >= 0 and actual_microusd >= 0", name="amounts"),
    CheckConstraint("settled_at is null or released_at is null", name="one_end"),
    Index(
        "ix_budget_hold_open",
        *("tenant_id", "held_at"),
        postgresql_where=sql("settled_at is null and released_at is null"),
    ),
    of_tenant(),
    schema="app",
    comment="Money set aside before a paid call, settled or released after it.",
)

provider_call = Table(
    "provider_call",
    METADATA,
    tenant_key(),
    tenant_key("call_id"),
    text("provider"),
    text("dataset"),
    Column("property_id", Uuid),
    digest("request_hash"),
    Column("http_status", SmallInteger),
    text("outcome"),
    Column("records", Integer, nullable=False, server_default=sql("0")),
    micro_usd("cost_microusd", server_default=sql("0")),
    Column("latency_ms", Integer),
    created("called_at"),
    text("error", nullable=True),
    PrimaryKeyConstraint("tenant_id", "call_id"),
    Index(None, "tenant_id", "called_at"),
    Index(
        "ix_provider_call_tenant_id_provider_property_id_called_at",
        *("tenant_id", "provider", "property_id", sql("called_at desc")),
    ),
    of_tenant(),
    schema="app",
    comment="Every call to a provider with its outcome, latency and cost.",
)
