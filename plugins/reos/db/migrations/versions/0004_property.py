"""Properties, whose stage moves forward only, and the queue that tells dbt which of them to recompute."""

from reos.db import rls
from reos.db.ddl import create_table, drop_functions, drop_tables, execute
from reos.db.roles import APP, DBT, DEFINER, OWNER, PIPELINE, QUALITY

revision = "0004_property"
down_revision = "0003_event"
branch_labels = None
depends_on = None

_STAGE_FORWARD = """
    create function app.property_update() returns trigger language plpgsql as $$
    declare
      stages constant text[] := array['discovered', 'enriched', 'scored', 'documented', 'contacted'];
    begin
      if array_position(stages, new.stage) < array_position(stages, old.stage) then
        raise exception 'property %: stage % may not go back to %', old.property_id, old.stage, new.stage
          using errcode = 'check_violation', constraint = 'property_stage_forward';
      end if;
      new.version := old.version + 1;
      new.updated_at := now();
      return new;
    end $$
"""
_STAGE_TRIGGER = """create trigger property_update before update on app.property
    for each row execute function app.property_update()"""
_QUEUE = """
    begin
      insert into app.dirty_property (model, tenant_id, property_id)
      select distinct 'int_property__resolved', n.tenant_id, n.property_id from new_rows n;
      return null;
    end
"""
# A change of stage alone alters nothing that dbt resolves, so it queues nothing.
_QUEUE_MOVED = """
    begin
      insert into app.dirty_property (model, tenant_id, property_id)
      select 'int_property__resolved', n.tenant_id, n.property_id
        from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.property_id = n.property_id
       where (n.county_fips, n.apn, n.address_line, n.unit, n.city, n.state, n.zip5, n.zip4, n.latitude, n.longitude,
              n.deleted_at)
             is distinct from
             (o.county_fips, o.apn, o.address_line, o.unit, o.city, o.state, o.zip5, o.zip4, o.latitude, o.longitude,
              o.deleted_at);
      return null;
    end
"""
_QUEUE_TRIGGERS = (
    """create trigger property_queue_insert after insert on app.property referencing new table as new_rows
        for each statement execute function app.queue_dirty()""",
    """create trigger property_queue_update after update on app.property
        referencing old table as old_rows new table as new_rows
        for each statement execute function app.queue_moved()""",
)


def upgrade() -> None:
    create_table(
        "app.property",
        """
        tenant_id uuid not null,
        property_id uuid not null,
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
        latitude double precision,
        longitude double precision,
        stage text not null default 'discovered',
        version bigint not null default 1,
        source text not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        deleted_at timestamptz,
        constraint pk_property primary key (tenant_id, property_id),
        constraint fk_property_tenant foreign key (tenant_id) references app.tenant (tenant_id),
        constraint ck_property_stage check (stage in ('discovered', 'enriched', 'scored', 'documented', 'contacted')),
        constraint ck_property_identity check (apn_key is not null or address_key is not null),
        constraint ck_property_apn_county check (apn_key is null or county_fips is not null)
        """,
        comment="One parcel or address of a tenant; its stage moves forward only.",
        grants={APP: "select, insert, update", PIPELINE: "select, insert, update", DBT: "select", QUALITY: "select"},
        indexes=[
            "index ix_property_tenant_id_address_key on app.property (tenant_id, address_key)",
            "index ix_property_tenant_id_county_fips on app.property (tenant_id, county_fips)",
            "index ix_property_tenant_id_stage on app.property (tenant_id, stage)",
            "index ix_property_tenant_id_updated_at_property_id on app.property (tenant_id, updated_at, property_id)",
            "index ix_property_tenant_id_zip5 on app.property (tenant_id, zip5)",
            """unique index uq_property_address on app.property (tenant_id, address_key)
                where apn_key is null and address_key is not null""",
            "unique index uq_property_apn on app.property (tenant_id, county_fips, apn_key) where apn_key is not null",
        ],
    )
    create_table(
        "app.dirty_property",
        """
        dirty_id bigint not null generated always as identity,
        model text not null,
        tenant_id uuid not null,
        property_id uuid not null,
        queued_at timestamptz not null default now(),
        constraint pk_dirty_property primary key (dirty_id)
        """,
        comment="Append-only queue of properties whose dbt model has to be recomputed; drained by dbt.",
        grants={PIPELINE: "select, insert", DBT: "select, insert, delete", QUALITY: "select", DEFINER: "insert"},
        indexes=[
            "index ix_dirty_property_model_dirty_id on app.dirty_property (model, dirty_id)",
        ],
    )
    execute([_STAGE_FORWARD, _STAGE_TRIGGER])
    for name, body in (("app.queue_dirty()", _QUEUE), ("app.queue_moved()", _QUEUE_MOVED)):
        execute(rls.definer_function(name, f"{name} returns trigger language plpgsql", body, execute=[OWNER]))
    execute(_QUEUE_TRIGGERS)


def downgrade() -> None:
    drop_tables(["app.dirty_property", "app.property"])
    drop_functions(["app.queue_moved()", "app.queue_dirty()", "app.property_update()"])
