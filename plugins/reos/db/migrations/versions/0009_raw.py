"""Landing tables of the first three sources; their changes queue properties for recomputation."""

from reos.db import rls
from reos.db.ddl import create_table, drop_tables, execute
from reos.db.roles import APP, DBT, PIPELINE, QUALITY

revision = "0009_raw"
down_revision = "0008_intake"
branch_labels = None
depends_on = None

_TABLES = ("raw.attom_expanded_profile", "raw.county_assessor_parcel", "raw.import_record")


def upgrade() -> None:
    create_table(
        "raw.import_record",
        """
        tenant_id uuid not null,
        raw_id bigint not null generated always as identity,
        property_id uuid not null,
        logical_date date not null,
        fetched_at timestamptz not null,
        request_hash bytea,
        http_status smallint,
        cost_microusd bigint not null default 0,
        licence text not null,
        body jsonb not null,
        body_sha256 bytea not null,
        batch_id uuid not null,
        line integer not null,
        profile text not null,
        record_key text not null,
        constraint pk_import_record primary key (tenant_id, raw_id),
        constraint uq_import_record_tenant_id_property_id_record_key
            unique (tenant_id, property_id, record_key),
        constraint ck_import_record_body_sha256 check (octet_length(body_sha256) = 32),
        constraint fk_import_record_property foreign key (tenant_id, property_id)
            references app.property (tenant_id, property_id)
        """,
        comment="Rows of imported files, mapped to our names; a sale a row, or the roll.",
        grants={APP: "select", PIPELINE: "select, insert, update", DBT: "select", QUALITY: "select"},
    )
    create_table(
        "raw.county_assessor_parcel",
        """
        tenant_id uuid not null,
        raw_id bigint not null generated always as identity,
        property_id uuid not null,
        logical_date date not null,
        fetched_at timestamptz not null,
        request_hash bytea,
        http_status smallint,
        cost_microusd bigint not null default 0,
        licence text not null,
        body jsonb not null,
        body_sha256 bytea not null,
        county_fips char(5) not null,
        constraint pk_county_assessor_parcel primary key (tenant_id, raw_id),
        constraint uq_county_assessor_parcel_tenant_id_property_id_logical_date
            unique (tenant_id, property_id, logical_date),
        constraint ck_county_assessor_parcel_body_sha256 check (octet_length(body_sha256) = 32),
        constraint fk_county_assessor_parcel_property foreign key (tenant_id, property_id)
            references app.property (tenant_id, property_id)
        """,
        comment="Parcel attributes from county ArcGIS layers, verbatim.",
        grants={APP: "select", PIPELINE: "select, insert, update", DBT: "select", QUALITY: "select"},
    )
    create_table(
        "raw.attom_expanded_profile",
        """
        tenant_id uuid not null,
        raw_id bigint not null generated always as identity,
        property_id uuid not null,
        logical_date date not null,
        fetched_at timestamptz not null,
        request_hash bytea,
        http_status smallint,
        cost_microusd bigint not null default 0,
        licence text not null,
        body jsonb not null,
        body_sha256 bytea not null,
        constraint pk_attom_expanded_profile primary key (tenant_id, raw_id),
        constraint uq_attom_expanded_profile_tenant_id_property_id_logical_date
            unique (tenant_id, property_id, logical_date),
        constraint ck_attom_expanded_profile_body_sha256 check (octet_length(body_sha256) = 32),
        constraint fk_attom_expanded_profile_property foreign key (tenant_id, property_id)
            references app.property (tenant_id, property_id)
        """,
        comment="ATTOM expanded profile, the whole property object.",
        grants={APP: "select", PIPELINE: "select, insert, update", DBT: "select", QUALITY: "select"},
    )
    for table in _TABLES:
        execute(rls.queue_changes(table))


def downgrade() -> None:
    drop_tables(_TABLES)
