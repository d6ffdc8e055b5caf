"""What the warehouse needs.

New weights queue a tenant's properties for scoring, publishing scores drains the announced ones, a row that leaves
quarantine queues its property again, and dbt refreshes the statistics of what it reads.
"""

from reos.db import rls
from reos.db.ddl import drop_functions, execute
from reos.db.roles import DBT, DEFINER, OWNER, PIPELINE, QUALITY

revision = "0010_warehouse_queue"
down_revision = "0009_raw"
branch_labels = None
depends_on = None

_NAME = "app.queue_reweighted()"
# Definer, because whoever activates weights may not write to the queue.
_BODY = """
    begin
      insert into app.dirty_property (model, tenant_id, property_id)
      select 'int_property__scored', p.tenant_id, p.property_id
        from new_rows n join app.property p on p.tenant_id = n.tenant_id
       where n.is_active and p.deleted_at is null;
      return null;
    end
"""
_TRIGGERS = tuple(
    f"""create trigger score_weight_version_queue_{event} after {event} on app.score_weight_version
        referencing new table as new_rows for each statement execute function app.queue_reweighted()"""
    for event in ("insert", "update")
)
# MAINTAIN allows ANALYZE: a load of 20,000 rows is read before autovacuum has noticed it, and a plan made for an empty
# table then takes minutes. PostgreSQL 17 and later, as dbt's MERGE does too.
_READ = (
    *("app.dirty_property", "app.property"),
    *("raw.import_record", "raw.county_assessor_parcel", "raw.attom_expanded_profile"),
)
_GRANTS = (
    ("delete", "app.dirty_property", PIPELINE),
    ("insert", "app.dirty_property", QUALITY),
    *(("maintain", table, DBT) for table in _READ),
    ("select", "app.property", DEFINER),
)


def upgrade() -> None:
    execute(f"grant {privilege} on {table} to {role}" for privilege, table, role in _GRANTS)
    execute(rls.definer_function(_NAME, f"{_NAME} returns trigger language plpgsql", _BODY, execute=[OWNER]))
    execute(_TRIGGERS)


def downgrade() -> None:
    execute(
        f"drop trigger score_weight_version_queue_{event} on app.score_weight_version" for event in ("insert", "update")
    )
    drop_functions([_NAME])
    execute(f"revoke {privilege} on {table} from {role}" for privilege, table, role in _GRANTS)
