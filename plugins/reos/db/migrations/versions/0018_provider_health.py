"""How each provider does: its breaker and last error, shared by all tenants, and which sources have what they need."""

from reos.db.ddl import create_table, drop_tables
from reos.db.roles import APP, PIPELINE

revision = "0018_provider_health"
down_revision = "0017_policy_version"
branch_labels = None
depends_on = None

_GRANTS = {APP: "select", PIPELINE: "select, insert, update"}


def upgrade() -> None:
    create_table(
        "app.provider_health",
        """
        provider text not null,
        scope text not null default '',
        state text not null default 'closed',
        failures integer not null default 0,
        openings integer not null default 0,
        opened_at timestamptz,
        retry_at timestamptz,
        last_ok_at timestamptz,
        last_error_at timestamptz,
        last_error_kind text,
        last_error text,
        last_http_status smallint,
        updated_at timestamptz not null default now(),
        constraint pk_provider_health primary key (provider, scope),
        constraint ck_provider_health_state check (state in ('closed', 'open', 'half_open')),
        constraint ck_provider_health_counts check (failures >= 0 and openings >= 0),
        constraint ck_provider_health_pause check (state = 'closed' or (opened_at is not null and retry_at is not null))
        """,
        comment="The circuit breaker of each provider, or of one service of it (scope); holds nothing of any tenant.",
        grants=_GRANTS,
        shared=True,
    )
    create_table(
        "app.source_status",
        """
        source text not null,
        configured boolean not null,
        checked_at timestamptz not null,
        constraint pk_source_status primary key (source)
        """,
        comment="Whether the pipeline has the key or address that a source needs, as of its last run.",
        grants=_GRANTS,
        shared=True,
    )


def downgrade() -> None:
    drop_tables(["app.source_status", "app.provider_health"])
