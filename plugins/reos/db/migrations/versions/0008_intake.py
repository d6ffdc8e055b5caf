"""Imported files and refused rows."""

from reos.db.ddl import create_table, drop_tables
from reos.db.roles import APP, DBT, PIPELINE, QUALITY

revision = "0008_intake"
down_revision = "0007_quality"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "app.import_batch",
        """
        tenant_id uuid not null,
        batch_id uuid not null,
        profile text not null,
        file_name text not null,
        file_sha256 bytea not null,
        logical_date date not null,
        rows integer not null default 0,
        created integer not null default 0,
        known integer not null default 0,
        rejected integer not null default 0,
        started_at timestamptz not null default now(),
        finished_at timestamptz,
        constraint pk_import_batch primary key (tenant_id, batch_id),
        constraint uq_import_batch_tenant_id_file_sha256_profile unique (tenant_id, file_sha256, profile),
        constraint fk_import_batch_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="Imported files; the same file and profile is imported once.",
        grants={APP: "select, insert, update", PIPELINE: "select, insert, update", DBT: "select", QUALITY: "select"},
    )
    create_table(
        "app.import_rejection",
        """
        tenant_id uuid not null,
        batch_id uuid not null,
        line integer not null,
        reason text not null,
        row_data jsonb,
        constraint pk_import_rejection primary key (tenant_id, batch_id, line),
        constraint fk_import_rejection_import_batch foreign key (tenant_id, batch_id)
            references app.import_batch (tenant_id, batch_id)
        """,
        comment="Rows of a file that were refused, by line number, with the reason.",
        grants={APP: "select, insert", PIPELINE: "select, insert"},
    )


def downgrade() -> None:
    drop_tables(["app.import_rejection", "app.import_batch"])
