"""Policy decisions (append-only), budgets with holds, provider calls."""

from reos.db import rls
from reos.db.ddl import create_table, drop_tables, execute
from reos.db.roles import APP, DBT, PIPELINE, QUALITY

revision = "0005_policy"
down_revision = "0004_property"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "app.policy_decision",
        """
        tenant_id uuid not null,
        decision_id uuid not null,
        principal jsonb not null,
        action text not null,
        resource jsonb not null,
        context jsonb not null,
        allow boolean not null,
        policy_ids text[] not null,
        reasons text[] not null,
        policy_version text not null,
        inputs_hash bytea not null,
        decided_at timestamptz not null default now(),
        constraint pk_policy_decision primary key (tenant_id, decision_id),
        constraint fk_policy_decision_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="Append-only record of every decision, with what is needed to replay it.",
        grants={APP: "select, insert", PIPELINE: "select, insert"},
        indexes=[
            "index ix_policy_decision_tenant_id_decided_at on app.policy_decision (tenant_id, decided_at)",
        ],
    )
    create_table(
        "app.budget",
        """
        tenant_id uuid not null,
        provider text not null,
        period text not null,
        cap_microusd bigint not null,
        constraint pk_budget primary key (tenant_id, provider, period),
        constraint ck_budget_period check (period in ('day', 'month')),
        constraint ck_budget_cap check (cap_microusd >= 0),
        constraint fk_budget_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="Spending caps a provider and period.",
        grants={APP: "select, insert, update", PIPELINE: "select"},
    )
    create_table(
        "app.budget_usage",
        """
        tenant_id uuid not null,
        provider text not null,
        period text not null,
        period_start date not null,
        held_microusd bigint not null default 0,
        spent_microusd bigint not null default 0,
        constraint pk_budget_usage primary key (tenant_id, provider, period, period_start),
        constraint ck_budget_usage_period check (period in ('day', 'month')),
        constraint ck_budget_usage_amounts check (held_microusd >= 0 and spent_microusd >= 0),
        constraint fk_budget_usage_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="What is held and spent in a period.",
        grants={APP: "select", PIPELINE: "select, insert, update"},
    )
    create_table(
        "app.budget_hold",
        """
        tenant_id uuid not null,
        hold_id uuid not null,
        provider text not null,
        amount_microusd bigint not null,
        held_at timestamptz not null,
        settled_at timestamptz,
        released_at timestamptz,
        actual_microusd bigint,
        reference text,
        constraint pk_budget_hold primary key (tenant_id, hold_id),
        constraint ck_budget_hold_amounts check (amount_microusd >= 0 and actual_microusd >= 0),
        constraint ck_budget_hold_one_end check (settled_at is null or released_at is null),
        constraint fk_budget_hold_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="Money set aside before a paid call, settled or released after it.",
        grants={APP: "select", PIPELINE: "select, insert, update"},
        indexes=[
            """index ix_budget_hold_open on app.budget_hold (tenant_id, held_at)
                where settled_at is null and released_at is null""",
        ],
    )
    create_table(
        "app.provider_call",
        """
        tenant_id uuid not null,
        call_id uuid not null,
        provider text not null,
        dataset text not null,
        property_id uuid,
        request_hash bytea not null,
        http_status smallint,
        outcome text not null,
        records integer not null default 0,
        cost_microusd bigint not null default 0,
        latency_ms integer,
        called_at timestamptz not null default now(),
        error text,
        constraint pk_provider_call primary key (tenant_id, call_id),
        constraint fk_provider_call_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="Every call to a provider with its outcome, latency and cost.",
        grants={APP: "select", PIPELINE: "select, insert", DBT: "select", QUALITY: "select"},
        indexes=[
            "index ix_provider_call_tenant_id_called_at on app.provider_call (tenant_id, called_at)",
        ],
    )
    execute(rls.append_only("app.policy_decision"))


def downgrade() -> None:
    drop_tables(["app.provider_call", "app.budget_hold", "app.budget_usage", "app.budget", "app.policy_decision"])
