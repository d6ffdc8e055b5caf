"""The rules by version, so that a decision can be replayed; alerts of budgets; and the wall around fairness data.

What `audit` holds is read by `reos_auditor` alone: dbt, which computes scores and lists, neither owns the schema nor
may look into it.
"""

from reos.db import rls
from reos.db.ddl import create_table, drop_tables, execute
from reos.db.roles import APP, AUDITOR, DBT, PIPELINE

revision = "0017_policy_version"
down_revision = "0016_match_resolved"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "app.policy_version",
        """
        version text not null,
        files jsonb not null,
        first_seen timestamptz not null,
        constraint pk_policy_version primary key (version),
        constraint ck_policy_version_files check (jsonb_typeof(files) = 'object')
        """,
        comment="The texts of each set of rules that ever decided, by file name: the same for all tenants.",
        grants={APP: "select, insert", PIPELINE: "select, insert"},
        shared=True,
    )
    execute(rls.append_only("app.policy_version"))
    execute(
        [
            # Not valid: decisions from before this table have no texts. New ones cannot be without.
            """alter table app.policy_decision add constraint fk_policy_decision_policy_version
               foreign key (policy_version) references app.policy_version (version) not valid""",
            """create index ix_policy_decision_resource on app.policy_decision
               (tenant_id, (resource ->> 'id'), decided_at)""",
            """alter table app.budget add column alert_percents smallint[] not null default '{50,80,100}',
               add constraint ck_budget_alert_percents
               check (cardinality(alert_percents) <= 10
                      and 1 <= all (alert_percents) and 100 >= all (alert_percents))""",
        ]
    )
    create_table(
        "app.budget_alert",
        """
        tenant_id uuid not null,
        provider text not null,
        period text not null,
        period_start date not null,
        cap_microusd bigint not null,
        percent smallint not null,
        spent_microusd bigint not null,
        told_at timestamptz not null,
        constraint pk_budget_alert primary key (tenant_id, provider, period, period_start, cap_microusd, percent),
        constraint ck_budget_alert_period check (period in ('day', 'month')),
        constraint fk_budget_alert_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="Which share of which cap has been told in which period, so that each is told once.",
        grants={APP: "select", PIPELINE: "select, insert"},
    )
    execute(
        [
            f"set local role {DBT}",
            f"grant usage on schema marts to {AUDITOR}",
            f"grant select on all tables in schema marts to {AUDITOR}",
            f"alter default privileges in schema marts grant select on tables to {AUDITOR}",
            "drop schema audit",  # empty until now; only its owner may give it away, and only by making it anew
            "reset role",
            "create schema audit",
            f"grant usage on schema audit to {AUDITOR}",
        ]
    )


def downgrade() -> None:
    execute(
        [
            "drop schema audit",
            f"create schema audit authorization {DBT}",
            f"set local role {DBT}",
            f"alter default privileges in schema marts revoke select on tables from {AUDITOR}",  # noqa: S608 (constants)
            f"revoke select on all tables in schema marts from {AUDITOR}",  # noqa: S608
            f"revoke usage on schema marts from {AUDITOR}",
            "reset role",
            "alter table app.budget drop column alert_percents",
            "drop index app.ix_policy_decision_resource",
            "alter table app.policy_decision drop constraint fk_policy_decision_policy_version",
        ]
    )
    drop_tables(["app.budget_alert", "app.policy_version"])
