"""Tenants, their users and sessions, and the answers kept for repeated writes."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql

from reos.db.tables.columns import METADATA, created, digest, instant, of_tenant, tenant_key, text

ROLES = ("Admin", "Analyst", "Underwriter", "Ops", "Viewer")

tenant = Table(
    "tenant",
    METADATA,
    tenant_key(primary_key=True),
    text("slug", unique=True),
    text("name"),
    Column("memo_min_score", SmallInteger, nullable=False, server_default=sql("75")),
    Column("memo_daily_limit", Integer, nullable=False, server_default=sql("200")),
    created(),
    CheckConstraint("memo_min_score between 0 and 100", name="memo_min_score"),
    schema="app",
    comment="Customers of the platform; each sees only its own rows.",
)

user_account = Table(
    "user_account",
    METADATA,
    tenant_key(),
    tenant_key("user_id"),
    text("email"),
    text("password_hash"),
    text("role"),
    Column("is_active", Boolean, nullable=False, server_default=sql("true")),
    Column("failed_logins", Integer, nullable=False, server_default=sql("0")),
    instant("locked_until"),
    created(),
    PrimaryKeyConstraint("tenant_id", "user_id"),
    UniqueConstraint("tenant_id", "email"),
    CheckConstraint(f"role in {ROLES!r}", name="role"),
    CheckConstraint("email = lower(email)", name="email_lower"),
    of_tenant(),
    schema="app",
    comment="People who log in, one row a tenant they belong to.",
)

refresh_token = Table(
    "refresh_token",
    METADATA,
    tenant_key(),
    tenant_key("token_id"),
    tenant_key("family_id"),
    tenant_key("user_id"),
    digest("token_hash"),
    Column("parent_id", Uuid),
    instant("issued_at", nullable=False),
    instant("expires_at", nullable=False),
    instant("rotated_at"),
    Column("successor_id", Uuid),
    instant("revoked_at"),
    PrimaryKeyConstraint("tenant_id", "token_id"),
    UniqueConstraint("tenant_id", "token_hash"),
    Index(None, "tenant_id", "family_id"),
    ForeignKeyConstraint(["tenant_id", "user_id"], ["app.user_account.tenant_id", "app.user_account.user_id"]),
    schema="app",
    comment="Refresh tokens by hash; a family is one login, a reuse of a rotated token revokes it.",
)

idempotency_key = Table(
    "idempotency_key",
    METADATA,
    tenant_key(),
    tenant_key("user_id"),
    text("key"),
    digest("request_hash"),
    Column("status", SmallInteger),
    Column("response", LargeBinary),
    created(),
    PrimaryKeyConstraint("tenant_id", "user_id", "key"),
    of_tenant(),
    schema="app",
    comment="First answer to each Idempotency-Key, replayed to repetitions.",
)
