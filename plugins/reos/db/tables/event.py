"""The event log, its catalogue, the cursors of its readers, and what readers gave up on."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.types import DateTime

from reos.db.tables.columns import METADATA, created, document, instant, of_tenant, serial, tenant_key, text

event_subject = Table(
    "event_subject",
    METADATA,
    text("subject", primary_key=True),
    text("producer"),
    UniqueConstraint("subject", "producer"),
    schema="app",
    comment="Subjects of the log, each with its single producer.",
)

event_type = Table(
    "event_type",
    METADATA,
    text("event_type", primary_key=True),
    text("subject"),
    UniqueConstraint("event_type", "subject"),
    ForeignKeyConstraint(["subject"], ["app.event_subject.subject"]),
    schema="app",
    comment="What can happen, and under which subject it is told.",
)

event_log = Table(
    "event_log",
    METADATA,
    serial("seq"),
    tenant_key("event_id"),
    text("subject"),
    text("producer"),
    text("event_type"),
    tenant_key(),
    Column("property_id", Uuid),
    tenant_key("correlation_id"),
    Column("causation_id", Uuid),
    Column("occurred_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    document("payload"),
    document("metadata"),
    Column("schema_version", Integer, nullable=False, server_default=sql("1")),
    PrimaryKeyConstraint("tenant_id", "event_id"),
    ForeignKeyConstraint(
        ["subject", "producer"],
        ["app.event_subject.subject", "app.event_subject.producer"],
        name="fk_event_log_subject_producer",
    ),
    ForeignKeyConstraint(
        ["event_type", "subject"],
        ["app.event_type.event_type", "app.event_type.subject"],
        name="fk_event_log_type_subject",
    ),
    of_tenant(),
    Index("uq_event_log_seq", "seq", unique=True),
    Index(None, "subject", "seq"),
    Index(None, "tenant_id", "property_id", "seq"),
    Index(None, "tenant_id", "seq"),
    schema="app",
    comment="Append-only log of what happened; written in the transaction of the change it tells.",
)

consumer_cursor = Table(
    "consumer_cursor",
    METADATA,
    text("consumer", primary_key=True),
    Column("seq", BigInteger, nullable=False, server_default=sql("0")),
    created("updated_at"),
    schema="app",
    comment="How far each consumer has read the log, over all tenants.",
)

wake_cursor = Table(
    "wake_cursor",
    METADATA,
    text("subject", primary_key=True),
    Column("seq", BigInteger, nullable=False, server_default=sql("0")),
    created("updated_at"),
    schema="app",
    comment="How far the scheduler's trigger has announced each subject.",
)

dead_letter = Table(
    "dead_letter",
    METADATA,
    tenant_key(),
    tenant_key("dead_letter_id"),
    text("consumer"),
    tenant_key("event_id"),
    text("error"),
    Column("attempts", Integer, nullable=False),
    created(),
    instant("resolved_at"),
    PrimaryKeyConstraint("tenant_id", "dead_letter_id"),
    ForeignKeyConstraint(["tenant_id", "event_id"], ["app.event_log.tenant_id", "app.event_log.event_id"]),
    schema="app",
    comment="Events that a consumer could not process, for a person to look at.",
)
