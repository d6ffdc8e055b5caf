"""Merged properties, and the review queue of pairs that nobody is certain about.

`property.merged_into` names the survivor, never another absorbed property; `property_merge` keeps who merged what, so
that a merge can be taken back. A property that is merged or released is queued for the warehouse with its survivor.
`address_block` is derived by rules that the database does not know: `reos.pipeline.settle_matches` fills it for the
properties that are there already, and compares them.
"""

from reos.db.ddl import create_table, drop_tables, execute
from reos.db.roles import APP, DEFINER, PIPELINE

revision = "0011_match"
down_revision = "0010_warehouse_queue"
branch_labels = None
depends_on = None

_COLUMNS = (
    "alter table app.property add column address_block text, add column merged_into uuid",
    """alter table app.property
        add constraint fk_property_merged_into foreign key (tenant_id, merged_into)
            references app.property (tenant_id, property_id),
        add constraint ck_property_merged_into check (merged_into <> property_id)""",
    "create index ix_property_tenant_id_address_block on app.property (tenant_id, address_block)",
    """create index ix_property_tenant_id_merged_into on app.property (tenant_id, merged_into)
        where merged_into is not null""",
)
_WATCHED = (
    *("county_fips", "apn", "address_line", "unit", "city", "state", "zip5", "zip4", "latitude", "longitude"),
    "deleted_at",
)


def _queue_moved(columns: tuple[str, ...], queued: str) -> list[str]:
    """Return the statements that replace the trigger's function, which belongs to `reos_definer`."""
    new, old = (", ".join(f"{side}.{column}" for column in columns) for side in "no")
    return [
        f"grant create on schema app to {DEFINER}",
        f"set local role {DEFINER}",
        f"""create or replace function app.queue_moved() returns trigger language plpgsql
            security definer set search_path = pg_catalog, pg_temp as $body$
        begin
          insert into app.dirty_property (model, tenant_id, property_id)
          select distinct 'int_property__resolved', n.tenant_id, moved.property_id
            from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.property_id = n.property_id
            cross join lateral (values {queued}) as moved (property_id)
           where moved.property_id is not null and ({new}) is distinct from ({old});
          return null;
        end
        $body$""",  # noqa: S608 - constants
        "reset role",
        f"revoke create on schema app from {DEFINER}",
    ]


def upgrade() -> None:
    execute(_COLUMNS)
    execute(_queue_moved((*_WATCHED, "merged_into"), "(n.property_id), (n.merged_into), (o.merged_into)"))
    create_table(
        "app.property_merge",
        """
        tenant_id uuid not null,
        merge_id uuid not null,
        survivor_id uuid not null,
        absorbed_id uuid not null,
        evidence jsonb not null,
        decided_by text not null,
        reason text not null,
        merged_at timestamptz not null,
        unmerged_at timestamptz,
        unmerged_by text,
        unmerge_reason text,
        constraint pk_property_merge primary key (tenant_id, merge_id),
        constraint ck_property_merge_two check (survivor_id <> absorbed_id),
        constraint ck_property_merge_unmerged check ((unmerged_at is null) = (unmerged_by is null)),
        constraint fk_property_merge_survivor foreign key (tenant_id, survivor_id)
            references app.property (tenant_id, property_id),
        constraint fk_property_merge_absorbed foreign key (tenant_id, absorbed_id)
            references app.property (tenant_id, property_id)
        """,
        comment="Which property was merged into which, by whom and on what evidence; kept when it is taken back.",
        grants={APP: "select, insert, update", PIPELINE: "select, insert, update"},
        indexes=[
            """unique index uq_property_merge_in_force on app.property_merge (tenant_id, absorbed_id)
                where unmerged_at is null""",
            "index ix_property_merge_tenant_id_survivor_id on app.property_merge (tenant_id, survivor_id)",
        ],
    )
    create_table(
        "app.match_review",
        """
        tenant_id uuid not null,
        review_id uuid not null,
        property_id uuid not null,
        candidate_id uuid not null,
        evidence jsonb not null,
        reason text not null,
        status text not null default 'open',
        opened_at timestamptz not null,
        decided_at timestamptz,
        decided_by text,
        note text,
        constraint pk_match_review primary key (tenant_id, review_id),
        constraint uq_match_review_tenant_id_property_id_candidate_id unique (tenant_id, property_id, candidate_id),
        constraint ck_match_review_two check (property_id <> candidate_id),
        constraint ck_match_review_status check (status in ('open', 'same', 'different')),
        constraint ck_match_review_decided check ((status = 'open') = (decided_at is null)),
        constraint fk_match_review_property foreign key (tenant_id, property_id)
            references app.property (tenant_id, property_id),
        constraint fk_match_review_candidate foreign key (tenant_id, candidate_id)
            references app.property (tenant_id, property_id)
        """,
        comment="Pairs of properties that may be one home, with the evidence, for a person to decide.",
        grants={APP: "select, insert, update", PIPELINE: "select, insert, update"},
        indexes=[
            "index ix_match_review_tenant_id_candidate_id on app.match_review (tenant_id, candidate_id)",
            """index ix_match_review_tenant_id_status_opened_at_review_id
                on app.match_review (tenant_id, status, opened_at, review_id)""",
        ],
    )


def downgrade() -> None:
    drop_tables(["app.match_review", "app.property_merge"])
    execute(_queue_moved(_WATCHED, "(n.property_id)"))
    execute(["alter table app.property drop column merged_into, drop column address_block"])
