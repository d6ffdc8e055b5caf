"""Where a property is, by which source and how well; a point that cannot be right is kept, with the reason."""

from reos.db.ddl import create_landing_table, drop_tables
from reos.db.roles import APP, DBT, PIPELINE, QUALITY

revision = "0014_geocode"
down_revision = "0013_reference"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_landing_table(
        "geocode_point",
        """
        source text not null,
        latitude double precision,
        longitude double precision,
        quality text,
        distance_m integer,
        flagged boolean not null default false,
        reason text,
        constraint ck_geocode_point_source check (source in ('openaddresses', 'census', 'lead', 'import')),
        constraint ck_geocode_point_quality check (quality in ('rooftop', 'parcel', 'interpolated', 'stated')),
        constraint ck_geocode_point_whole check (num_nulls(latitude, longitude, quality) in (0, 3)),
        constraint ck_geocode_point_reason check (reason is not null or (latitude is not null and not flagged))
        """,
        key="property_id, source, logical_date",
        comment="Points of properties: what a geocoder found or a user stated, its quality, and why it is not used.",
        grants={APP: "select", PIPELINE: "select, insert, update", DBT: "select, maintain", QUALITY: "select"},
    )


def downgrade() -> None:
    drop_tables(["raw.geocode_point"])
