"""Quarantine and runs of the quality gates."""

from reos.db.ddl import create_table, drop_tables
from reos.db.roles import APP, DBT, PIPELINE, QUALITY

revision = "0007_quality"
down_revision = "0006_scoring"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "app.quarantine",
        """
        tenant_id uuid not null,
        quarantine_id uuid not null,
        batch_id text not null,
        suite text not null,
        rule text not null,
        severity text not null,
        property_id uuid,
        row_data jsonb not null,
        reason text not null,
        created_at timestamptz not null default now(),
        released_at timestamptz,
        constraint pk_quarantine primary key (tenant_id, quarantine_id),
        constraint fk_quarantine_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="Rows held back by a quality gate, each with the rule and the reason.",
        grants={APP: "select", PIPELINE: "select", DBT: "select", QUALITY: "select, insert, update"},
        indexes=[
            "index ix_quarantine_tenant_id_property_id on app.quarantine (tenant_id, property_id)",
        ],
    )
    create_table(
        "app.quality_run",
        """
        run_id uuid not null,
        suite text not null,
        batch_id text not null,
        success boolean not null,
        blocked boolean not null,
        statistics jsonb not null,
        started_at timestamptz not null,
        seconds real not null,
        constraint pk_quality_run primary key (run_id)
        """,
        comment="Runs of the quality gates over all tenants.",
        grants={PIPELINE: "select", QUALITY: "select, insert"},
        indexes=[
            "index ix_quality_run_suite_started_at on app.quality_run (suite, started_at)",
        ],
        shared=True,
    )


def downgrade() -> None:
    drop_tables(["app.quality_run", "app.quarantine"])
