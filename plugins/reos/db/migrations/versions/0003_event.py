"""The event log with its catalogue, barrier and cursors; the database refuses a wrong producer and any change."""

from alembic import op

from reos.db import rls
from reos.db.ddl import create_table, drop_functions, drop_tables, execute
from reos.db.roles import APP, DBT, PIPELINE, QUALITY

revision = "0003_event"
down_revision = "0002_identity"
branch_labels = None
depends_on = None

_CATALOGUE = {
    ("event.discovery.intake", "discovery"): (
        *("property.discovered", "property.updated", "property.merged", "property.unmerged"),
    ),
    ("event.enrichment.features", "enrichment"): ("property.enriched", "property.enrichment_failed"),
    ("event.scoring.calculated", "scoring"): ("property.scored",),
    ("event.docgen.generated", "docgen"): ("memo.generated",),
    ("event.outreach.sent", "outreach"): (
        *("outreach.queued", "outreach.sent", "outreach.delivered", "outreach.bounced"),
        *("outreach.failed", "outreach.refused", "outreach.opted_out", "outreach.replied"),
    ),
    ("event.timeline.updated", "timeline"): ("timeline.updated",),
}
_FUNCTIONS = (
    """
    create function app.refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = 'restrict_violation';
    end $$
    """,
    # A writer holds the shared lock from before its sequence number to its commit. The key is any constant that
    # nothing else in this database takes an advisory lock of.
    """
    create function app.event_log_enter() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock_shared(6148914691);
      return null;
    end $$
    """,
    # Passing the exclusive lock once proves that every number noted before it has committed or aborted. The inner block
    # is rolled back on purpose: that gives the lock back at once and cannot leak it, whatever happens in between.
    # Null means that a writer lingers: try again. (sqlstate RE001 is ours.)
    """
    create function app.event_head() returns bigint language plpgsql set lock_timeout = '100ms' as $$
    declare
      noted bigint := (select case when is_called then last_value else 0 end from app.event_log_seq_seq);
    begin
      perform pg_advisory_xact_lock(6148914691);
      raise exception sqlstate 'RE001';
    exception
      when sqlstate 'RE001' then return noted;
      when lock_not_available then return null;
    end $$
    """,
)
_TRIGGER = """create trigger event_log_enter before insert on app.event_log
    for each statement execute function app.event_log_enter()"""


def upgrade() -> None:
    create_table(
        "app.event_subject",
        """
        subject text not null,
        producer text not null,
        constraint pk_event_subject primary key (subject),
        constraint uq_event_subject_subject_producer unique (subject, producer)
        """,
        comment="Subjects of the log, each with its single producer.",
        grants={APP: "select", PIPELINE: "select"},
        shared=True,
    )
    create_table(
        "app.event_type",
        """
        event_type text not null,
        subject text not null,
        constraint pk_event_type primary key (event_type),
        constraint uq_event_type_event_type_subject unique (event_type, subject),
        constraint fk_event_type_event_subject foreign key (subject) references app.event_subject (subject)
        """,
        comment="What can happen, and under which subject it is told.",
        grants={APP: "select", PIPELINE: "select"},
        shared=True,
    )
    create_table(
        "app.event_log",
        """
        seq bigint not null generated always as identity,
        event_id uuid not null,
        subject text not null,
        producer text not null,
        event_type text not null,
        tenant_id uuid not null,
        property_id uuid,
        correlation_id uuid not null,
        causation_id uuid,
        occurred_at timestamptz not null default clock_timestamp(),
        payload jsonb not null,
        metadata jsonb not null,
        schema_version integer not null default 1,
        constraint pk_event_log primary key (tenant_id, event_id),
        constraint fk_event_log_subject_producer foreign key (subject, producer)
            references app.event_subject (subject, producer),
        constraint fk_event_log_type_subject foreign key (event_type, subject)
            references app.event_type (event_type, subject),
        constraint fk_event_log_tenant foreign key (tenant_id) references app.tenant (tenant_id)
        """,
        comment="Append-only log of what happened; written in the transaction of the change it tells.",
        grants={APP: "select, insert", PIPELINE: "select, insert", DBT: "select", QUALITY: "select"},
        indexes=[
            "index ix_event_log_subject_seq on app.event_log (subject, seq)",
            "index ix_event_log_tenant_id_property_id_seq on app.event_log (tenant_id, property_id, seq)",
            "index ix_event_log_tenant_id_seq on app.event_log (tenant_id, seq)",
            "unique index uq_event_log_seq on app.event_log (seq)",
        ],
    )
    create_table(
        "app.consumer_cursor",
        """
        consumer text not null,
        seq bigint not null default 0,
        updated_at timestamptz not null default now(),
        constraint pk_consumer_cursor primary key (consumer)
        """,
        comment="How far each consumer has read the log, over all tenants.",
        grants={PIPELINE: "select, insert, update"},
        shared=True,
    )
    create_table(
        "app.wake_cursor",
        """
        subject text not null,
        seq bigint not null default 0,
        updated_at timestamptz not null default now(),
        constraint pk_wake_cursor primary key (subject)
        """,
        comment="How far the scheduler's trigger has announced each subject.",
        grants={PIPELINE: "select, insert, update"},
        shared=True,
    )
    create_table(
        "app.dead_letter",
        """
        tenant_id uuid not null,
        dead_letter_id uuid not null,
        consumer text not null,
        event_id uuid not null,
        error text not null,
        attempts integer not null,
        created_at timestamptz not null default now(),
        resolved_at timestamptz,
        constraint pk_dead_letter primary key (tenant_id, dead_letter_id),
        constraint fk_dead_letter_event_log foreign key (tenant_id, event_id)
            references app.event_log (tenant_id, event_id)
        """,
        comment="Events that a consumer could not process, for a person to look at.",
        grants={APP: "select, update", PIPELINE: "select, insert, update"},
    )
    execute(_FUNCTIONS)
    execute([_TRIGGER, *rls.append_only("app.event_log")])
    execute(f"grant execute on function app.event_head() to {role}" for role in (APP, PIPELINE))
    execute(f"grant select on sequence app.event_log_seq_seq to {role}" for role in (APP, PIPELINE))
    connection = op.get_bind()
    types = [(name, subject) for (subject, _), names in _CATALOGUE.items() for name in names]
    connection.exec_driver_sql("insert into app.event_subject values (%s, %s)", list(_CATALOGUE))
    connection.exec_driver_sql("insert into app.event_type values (%s, %s)", types)


def downgrade() -> None:
    drop_tables(
        [
            "app.dead_letter",
            "app.wake_cursor",
            "app.consumer_cursor",
            "app.event_log",
            "app.event_type",
            "app.event_subject",
        ]
    )
    drop_functions(["app.event_head()", "app.event_log_enter()", "app.refuse_change()"])
