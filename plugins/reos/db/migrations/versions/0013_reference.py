"""Reference data that all tenants share: address points, the areas of ZIP codes, and the loads they came from."""

from reos.db.ddl import create_table, drop_tables
from reos.db.roles import APP, DBT, PIPELINE, QUALITY

revision = "0013_reference"
down_revision = "0012_import"
branch_labels = None
depends_on = None

_POINT = """
        source_id text not null,
        county_fips char(5),
        apn text,
        apn_key text,
        number text,
        predirection text,
        street text,
        suffix text,
        postdirection text,
        unit text,
        city text,
        state char(2),
        zip5 char(5),
        address_block text,
        address_key text,
        latitude double precision,
        longitude double precision,
        body_sha256 bytea not null,
"""
_READ = {APP: "select", DBT: "select", QUALITY: "select"}
# MAINTAIN allows ANALYZE: what was loaded a moment ago is planned for at once.
_WRITTEN = _READ | {PIPELINE: "select, insert, update, delete, maintain"}


def upgrade() -> None:
    create_table(
        "app.reference_load",
        """
        load_id uuid not null,
        source text not null,
        kind text not null,
        mode text not null,
        version text,
        status text not null default 'running',
        started_at timestamptz not null,
        finished_at timestamptz,
        rows integer not null default 0,
        added integer not null default 0,
        changed integer not null default 0,
        removed integer not null default 0,
        rejected integer not null default 0,
        watermark text,
        columns jsonb not null default '{}',
        rejections jsonb not null default '{}',
        warnings jsonb not null default '[]',
        progress jsonb not null default '{}',
        message text,
        constraint pk_reference_load primary key (load_id),
        constraint ck_reference_load_mode check (mode in ('full', 'incremental')),
        constraint ck_reference_load_status check (status in ('running', 'done', 'refused', 'failed'))
        """,
        comment="One load of reference data: what it read, changed and refused; a refused one left the data alone.",
        grants=_READ | {PIPELINE: "select, insert, update"},
        indexes=["index ix_reference_load_source_started_at on app.reference_load (source, started_at)"],
        shared=True,
    )
    create_table(
        "app.address_point",
        f"""
        source text not null,
        {_POINT}
        load_id uuid not null,
        constraint pk_address_point primary key (source, source_id),
        constraint fk_address_point_reference_load foreign key (load_id) references app.reference_load (load_id),
        constraint ck_address_point_place check ((latitude is null) = (longitude is null)),
        constraint ck_address_point_apn_county check (apn_key is null or county_fips is not null)
        """,
        comment="Addresses and parcels of public sources with where they are; shared by all tenants.",
        grants=_WRITTEN,
        indexes=[
            "index ix_address_point_address_key on app.address_point (address_key)",
            "index ix_address_point_county_fips_apn_key on app.address_point (county_fips, apn_key)",
            "index ix_address_point_zip5_address_block on app.address_point (zip5, address_block)",
        ],
        shared=True,
    )
    create_table(
        "app.address_point_stage",
        f"""
        load_id uuid not null,
        line bigint not null,
        {_POINT}
        constraint pk_address_point_stage primary key (load_id, line)
        """,
        comment="Rows of a load that is under way; they are checked here before readers see them.",
        grants={PIPELINE: "select, insert, delete, maintain"},
        shared=True,
    )
    create_table(
        "app.zip_area",
        """
        zip5 char(5) not null,
        latitude double precision not null,
        longitude double precision not null,
        radius_m double precision not null,
        points integer not null,
        constraint pk_zip_area primary key (zip5)
        """,
        comment="Where the address points of a ZIP code lie: their median and the distance that holds 99 % of them.",
        grants=_WRITTEN,
        shared=True,
    )


def downgrade() -> None:
    drop_tables(["app.zip_area", "app.address_point_stage", "app.address_point", "app.reference_load"])
