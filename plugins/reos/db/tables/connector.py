"""How providers do, over all tenants: circuit breakers, and which sources are configured."""

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, PrimaryKeyConstraint, SmallInteger, Table
from sqlalchemy import text as sql

from reos.db.tables.columns import METADATA, created, instant, text

STATES = ("closed", "open", "half_open")

provider_health = Table(
    "provider_health",
    METADATA,
    text("provider"),
    text("scope", server_default=""),
    text("state", server_default="closed"),
    Column("failures", Integer, nullable=False, server_default=sql("0")),
    Column("openings", Integer, nullable=False, server_default=sql("0")),
    *(instant(name) for name in ("opened_at", "retry_at", "last_ok_at", "last_error_at")),
    text("last_error_kind", nullable=True),
    text("last_error", nullable=True),
    Column("last_http_status", SmallInteger),
    created("updated_at"),
    PrimaryKeyConstraint("provider", "scope"),
    CheckConstraint(f"state in {STATES!r}", name="state"),
    CheckConstraint("failures >= 0 and openings >= 0", name="counts"),
    CheckConstraint("state = 'closed' or (opened_at is not null and retry_at is not null)", name="pause"),
    schema="app",
    comment="The circuit breaker of each provider, or of one service of it (scope); holds nothing of any tenant.",
)

source_status = Table(
    "source_status",
    METADATA,
    text("source"),
    Column("configured", Boolean, nullable=False),
    instant("checked_at", nullable=False),
    PrimaryKeyConstraint("source"),
    schema="app",
    comment="Whether the pipeline has the key or address that a source needs, as of its last run.",
)
