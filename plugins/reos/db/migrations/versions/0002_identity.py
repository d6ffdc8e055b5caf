"""Tenants, users, sessions and idempotency keys; the one look-up by e-mail that precedes any tenant context."""

from reos.db import rls
from reos.db.ddl import create_table, drop_functions, drop_tables, execute
from reos.db.roles import APP, DBT, DEFINER, PIPELINE, QUALITY

revision = "0002_identity"
down_revision = "0001_schemas"
branch_labels = None
depends_on = None

_FIND_LOGIN = """app.find_login(p_email text) returns table (
    tenant_id uuid, tenant_slug text, user_id uuid, password_hash text, role text, is_active boolean,
    locked_until timestamptz
) language sql stable"""
# Before a login nobody knows the tenant, so this one query crosses tenants; it returns nothing but what login needs.
_FIND_LOGIN_BODY = """
    select u.tenant_id, t.slug, u.user_id, u.password_hash, u.role, u.is_active, u.locked_until
      from app.user_account u join app.tenant t on t.tenant_id = u.tenant_id
     where u.email = lower(p_email)
     order by t.slug
"""


def upgrade() -> None:
    create_table(
        "app.tenant",
        """
        tenant_id uuid not null,
        slug text not null,
        name text not null,
        memo_min_score smallint not null default 75,
        memo_daily_limit integer not null default 200,
        created_at timestamptz not null default now(),
        constraint pk_tenant primary key (tenant_id),
        constraint ck_tenant_memo_min_score check (memo_min_score between 0 and 100),
        constraint uq_tenant_slug unique (slug)
        """,
        comment="Customers of the platform; each sees only its own rows.",
        grants={APP: "select", PIPELINE: "select", DBT: "select", QUALITY: "select", DEFINER: "select"},
    )
    create_table(
        "app.user_account",
        """
        tenant_id uuid not null,
        user_id uuid not null,
        email text not null,
        password_hash text not null,
        role text not null,
        is_active boolean not null default true,
        failed_logins integer not null default 0,
        locked_until timestamptz,
        created_at timestamptz not null default now(),
        constraint pk_user_account primary key (tenant_id, user_id),
        constraint uq_user_account_tenant_id_email unique (tenant_id, email),
        constraint ck_user_account_role check (role in ('Admin', 'Analyst', 'Underwriter', 'Ops', 'Viewer')),
        constraint ck_user_account_email_lower check (email = lower(email)),
        constraint fk_user_account_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="People who log in, one row a tenant they belong to.",
        grants={APP: "select, insert, update", DEFINER: "select"},
    )
    create_table(
        "app.refresh_token",
        """
        tenant_id uuid not null,
        token_id uuid not null,
        family_id uuid not null,
        user_id uuid not null,
        token_hash bytea not null,
        parent_id uuid,
        issued_at timestamptz not null,
        expires_at timestamptz not null,
        rotated_at timestamptz,
        successor_id uuid,
        revoked_at timestamptz,
        constraint pk_refresh_token primary key (tenant_id, token_id),
        constraint uq_refresh_token_tenant_id_token_hash unique (tenant_id, token_hash),
        constraint fk_refresh_token_user_account foreign key (tenant_id, user_id)
            references app.user_account (tenant_id, user_id)
        """,
        comment="Refresh tokens by hash; a family is one login, a reuse of a rotated token revokes it.",
        grants={APP: "select, insert, update"},
        indexes=["index ix_refresh_token_tenant_id_family_id on app.refresh_token (tenant_id, family_id)"],
    )
    create_table(
        "app.idempotency_key",
        """
        tenant_id uuid not null,
        user_id uuid not null,
        key text not null,
        request_hash bytea not null,
        status smallint,
        response bytea,
        created_at timestamptz not null default now(),
        constraint pk_idempotency_key primary key (tenant_id, user_id, key),
        constraint fk_idempotency_key_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="First answer to each Idempotency-Key, replayed to repetitions.",
        grants={APP: "select, insert, update, delete"},
    )
    execute(rls.definer_function("app.find_login(p_email text)", _FIND_LOGIN, _FIND_LOGIN_BODY, execute=[APP]))


def downgrade() -> None:
    drop_functions(["app.find_login(text)"])
    drop_tables(["app.idempotency_key", "app.refresh_token", "app.user_account", "app.tenant"])
