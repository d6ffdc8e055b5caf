"""Imports in steps that can be previewed, resumed and undone.

A batch has a state and remembers how far it is; its good rows wait in `import_row` until they are published; what it
changed stands in `import_change` until somebody undoes it. A file whose import was undone or discarded may come again.
"""

from reos.db.ddl import create_table, drop_tables, execute
from reos.db.roles import PIPELINE

revision = "0012_import"
down_revision = "0011_match"
branch_labels = None
depends_on = None

_STATES = "'staging', 'staged', 'publishing', 'done', 'undoing', 'undone', 'discarded'"
_COUNTERS = ("lines", "lines_done", "sales", "records_added", "records_changed", "events", "merged", "reviews")
_BATCH = (
    f"""alter table app.import_batch
        add column status text not null default 'done',
        add column step text,
        add column step_key text,
        {" ".join(f"add column {name} integer not null default 0," for name in _COUNTERS)}
        add column details jsonb not null default '{{}}',
        add column user_id uuid,
        add column undone_at timestamptz,
        add constraint ck_import_batch_status check (status in ({_STATES}))""",
    "alter table app.import_batch drop constraint uq_import_batch_tenant_id_file_sha256_profile",
    """create unique index uq_import_batch_file on app.import_batch (tenant_id, file_sha256, profile)
        where status not in ('undone', 'discarded')""",
    "alter table app.import_rejection add column kind text not null default 'invalid'",
    """alter table app.import_rejection
        add constraint ck_import_rejection_kind check (kind in ('invalid', 'duplicate', 'conflict', 'shared'))""",
)
# MAINTAIN allows ANALYZE: what was loaded a moment ago is read before autovacuum has noticed it.
_GRANTS = (
    ("delete", "app.import_rejection"),
    ("delete", "raw.import_record"),
    ("maintain", "app.import_row"),
    ("maintain", "app.import_change"),
    ("maintain", "app.property"),
)


def upgrade() -> None:
    execute(_BATCH)
    create_table(
        "app.import_row",
        """
        tenant_id uuid not null,
        batch_id uuid not null,
        line integer not null,
        identity text not null,
        candidate_id uuid not null,
        event_id uuid not null,
        record_key text not null,
        body jsonb not null,
        body_sha256 bytea not null,
        county_fips char(5),
        apn text,
        apn_key text,
        apn_hash bytea,
        address_raw text,
        address_line text,
        unit text,
        city text,
        state char(2),
        zip5 char(5),
        zip4 char(4),
        address_key text,
        address_block text,
        latitude double precision,
        longitude double precision,
        constraint pk_import_row primary key (tenant_id, batch_id, line)
        """,
        comment="Good rows of files whose import is not finished; deleted with its end.",
        grants={PIPELINE: "select, insert, delete"},
        indexes=[
            "index ix_import_row_batch_id_identity_line on app.import_row (batch_id, identity, line)",
            """index ix_import_row_batch_id_address_block on app.import_row (batch_id, address_block)
                where address_block is not null""",
        ],
    )
    create_table(
        "app.import_change",
        """
        tenant_id uuid not null,
        batch_id uuid not null,
        property_id uuid not null,
        what text not null,
        detail jsonb,
        outcome text,
        constraint pk_import_change primary key (tenant_id, batch_id, property_id, what)
        """,
        comment="What an import created or changed, and what it replaced, so that it can be undone.",
        grants={PIPELINE: "select, insert, update"},
    )
    execute(f"grant {privilege} on {table} to {PIPELINE}" for privilege, table in _GRANTS)


def downgrade() -> None:
    execute(f"revoke {privilege} on {table} from {PIPELINE}" for privilege, table in _GRANTS)
    drop_tables(["app.import_change", "app.import_row"])
    columns = ("status", "step", "step_key", *_COUNTERS, "details", "user_id", "undone_at")
    execute(
        [
            "alter table app.import_rejection drop column kind",
            "drop index app.uq_import_batch_file",
            f"alter table app.import_batch {', '.join(f'drop column {name}' for name in columns)}",
            """alter table app.import_batch add constraint uq_import_batch_tenant_id_file_sha256_profile
                unique (tenant_id, file_sha256, profile)""",
        ]
    )
