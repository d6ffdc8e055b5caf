"""Market and housing facts of areas, shared by all tenants; demographic ones apart, for auditors."""

from reos.db.ddl import create_table, drop_tables, execute
from reos.db.roles import APP, AUDITOR, DBT, PIPELINE, QUALITY

revision = "0020_market"
down_revision = "0019_raw_source"
branch_labels = None
depends_on = None

# MAINTAIN allows ANALYZE: what was loaded a moment ago is planned for at once.
_GRANTS = {
    APP: "select",
    PIPELINE: "select, insert, update, delete, maintain",
    DBT: "select, maintain",
    QUALITY: "select",
}
_AREA_FACT = """
        geo_type text not null,
        geoid text not null,
        year smallint not null,
        variable text not null,
        estimate double precision,
        margin double precision,
        reason text,
        load_id uuid not null,
        fetched_at timestamptz not null,
"""


def upgrade() -> None:
    create_table(
        "raw.zillow_region",
        """
        region_type text not null,
        region_id bigint not null,
        region_name text not null,
        state char(2),
        city text,
        metro text,
        county_name text,
        county_fips char(5),
        size_rank integer,
        load_id uuid not null,
        constraint pk_zillow_region primary key (region_type, region_id),
        constraint fk_zillow_region_reference_load foreign key (load_id) references app.reference_load (load_id)
        """,
        comment="The areas of Zillow's research files; a ZIP code is named by its five digits.",
        grants=_GRANTS,
        indexes=["index ix_zillow_region_region_type_region_name on raw.zillow_region (region_type, region_name)"],
        shared=True,
    )
    create_table(
        "raw.zillow_index",
        """
        series text not null,
        region_type text not null,
        region_id bigint not null,
        month date not null,
        value double precision not null,
        base_date date,
        load_id uuid not null,
        fetched_at timestamptz not null,
        constraint pk_zillow_index primary key (series, region_type, region_id, month)
        """,
        comment="Zillow's indices of areas (home values, rents) by month end; a month without a value has no row.",
        grants=_GRANTS,
        shared=True,
    )
    create_table(
        "raw.census_acs",
        f"""
        {_AREA_FACT}
        constraint pk_census_acs primary key (geo_type, geoid, year, variable),
        constraint fk_census_acs_reference_load foreign key (load_id) references app.reference_load (load_id)
        """,
        comment="Facts of the housing stock of areas: American Community Survey, five years ending in `year`.",
        grants=_GRANTS,
        shared=True,
    )
    create_table(
        "audit.census_demographic",
        f"""
        {_AREA_FACT}
        constraint pk_census_demographic primary key (geo_type, geoid, year, variable)
        """,
        comment="What the same survey says of the people of areas: for fairness checks alone, made by auditors.",
        # Insert alone: who fills the table cannot look into it, and nothing that scores or lists can be built on it.
        grants={AUDITOR: "select", PIPELINE: "insert"},
        shared=True,
    )
    execute([f"grant usage on schema audit to {PIPELINE}"])


def downgrade() -> None:
    execute([f"revoke usage on schema audit from {PIPELINE}"])
    drop_tables(["audit.census_demographic", "raw.census_acs", "raw.zillow_index", "raw.zillow_region"])
