"""Which source was chosen for which missing fact, and why."""

from reos.db import rls
from reos.db.ddl import create_table, drop_tables, execute
from reos.db.roles import APP, PIPELINE

revision = "0021_enrichment_plan"
down_revision = "0020_market"
branch_labels = None
depends_on = None

_TABLE = "app.enrichment_plan"


def upgrade() -> None:
    create_table(
        _TABLE,
        """
        tenant_id uuid not null,
        plan_id uuid not null,
        property_id uuid not null,
        run_id uuid not null,
        planned_at timestamptz not null,
        gaps jsonb not null,
        steps jsonb not null,
        cost_microusd bigint not null,
        constraint pk_enrichment_plan primary key (tenant_id, plan_id),
        constraint fk_enrichment_plan_property foreign key (tenant_id, property_id)
            references app.property (tenant_id, property_id)
        """,
        comment="Append-only: what was missing of a property, which sources were asked for it, why, and what it cost.",
        grants={APP: "select", PIPELINE: "select, insert"},
        indexes=[
            """index ix_enrichment_plan_tenant_id_property_id_planned_at
                on app.enrichment_plan (tenant_id, property_id, planned_at)""",
        ],
    )
    execute(rls.append_only(_TABLE))


def downgrade() -> None:
    drop_tables([_TABLE])
