"""Addresses and parcel numbers that sources state of a property, for matching, and what matching is found by.

`property_alias` keeps what a source's newest answer says where the leads themselves say nothing; an address has its
key only while no other source contradicts it. `import_row.event_id`
goes: an import tells what became of its rows once they are compared, under ids made then.
"""

from reos.db.ddl import create_table, drop_tables, execute
from reos.db.roles import APP, PIPELINE

revision = "0016_match_resolved"
down_revision = "0015_provider_call_index"
branch_labels = None
depends_on = None

_CHANGES = (
    # Properties that were compared with nothing: none, but for those from before there were blocks.
    """create index ix_property_unblocked on app.property (tenant_id, property_id)
        where address_block is null and address_key is not null""",
    # Properties that an import gave an address or brought back, by the block in which they are to be compared.
    "alter table app.import_change add column address_block text",
    """create index ix_import_change_tenant_id_batch_id_address_block
        on app.import_change (tenant_id, batch_id, address_block) where address_block is not null""",
    "alter table app.import_row drop column event_id",
)


def upgrade() -> None:
    create_table(
        "app.property_alias",
        """
        tenant_id uuid not null,
        property_id uuid not null,
        source text not null,
        county_fips char(5),
        apn text,
        apn_key text,
        address_line text,
        unit text,
        city text,
        state char(2),
        zip5 char(5),
        address_key text,
        address_block text,
        found_at timestamptz not null,
        constraint pk_property_alias primary key (tenant_id, property_id, source),
        constraint ck_property_alias_says check (apn_key is not null or address_block is not null),
        constraint ck_property_alias_county check (apn_key is null or county_fips is not null),
        constraint fk_property_alias_property foreign key (tenant_id, property_id)
            references app.property (tenant_id, property_id)
        """,
        comment="Address or parcel number that a source states of a property whose leads state none.",
        grants={APP: "select", PIPELINE: "select, insert, update"},
        indexes=[
            """index ix_property_alias_tenant_id_address_key on app.property_alias (tenant_id, address_key)
                where address_key is not null""",
            """index ix_property_alias_tenant_id_address_block on app.property_alias (tenant_id, address_block)
                where address_block is not null""",
            """index ix_property_alias_tenant_id_county_fips_apn_key
                on app.property_alias (tenant_id, county_fips, apn_key) where apn_key is not null""",
        ],
    )
    execute(_CHANGES)


def downgrade() -> None:
    execute(
        [
            "alter table app.import_row add column event_id uuid not null default gen_random_uuid()",
            "alter table app.import_row alter column event_id drop default",
            "alter table app.import_change drop column address_block",
            "drop index app.ix_property_unblocked",
        ]
    )
    drop_tables(["app.property_alias"])
