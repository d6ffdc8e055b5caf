"""The landing batch: the properties whose new facts one build audits and then resolves, and no others.

Triggers queue a property in the transaction that writes its raw row. A build claims what is queued by moving it to a
queue of its own, in one statement, with the survivors of what was merged; the landing gate reads the raw rows of
exactly those properties. Whatever commits after the claim leaves a row in the first queue, also when its number is
lower than claimed ones. The model drains the batch and, in the very statement that reads raw rows, leaves alone each
property that has such a row. So a raw row that the model reads was committed before the claim and has been before the
gate; the rest waits for the next build.
"""

from reos.db.connection import Connection

ARRIVED = "int_property__resolved"  # where the triggers on raw and app.property queue
BATCH = "landing_batch"
_CLAIM = """
with arrived as (
  delete from app.dirty_property where model = %(arrived)s returning tenant_id, property_id
)
insert into app.dirty_property (model, tenant_id, property_id)
select %(batch)s, a.tenant_id, a.property_id from arrived a
union
select %(batch)s, p.tenant_id, p.merged_into from arrived a
  join app.property p on p.tenant_id = a.tenant_id and p.property_id = a.property_id
 where p.merged_into is not null
"""


def claim(conn: Connection) -> None:
    """Move the queued properties into the batch; what an earlier build claimed and did not finish is still in it.

    `conn` is an autocommit connection of `reos_dbt` that holds the warehouse, so there is one batch at a time.
    """
    conn.execute(_CLAIM, {"arrived": ARRIVED, "batch": BATCH})
