"""Find or insert many properties at once: the rules of `pipeline.discover` for one lead, as set-based SQL for a chunk.

The rows of a file wait in `app.import_row`. A chunk is a range of identities; `lead_parcel`, a temporary table that is
empty again after each transaction, holds one row for each of them: the property that has its key (`holder_id`), the
property that stands for this one after a merge (`property_id`), and what became of it (`outcome`). Parcels come before
addresses and no identity is split, so what a file becomes does not depend on where its chunks end. Look-ups take the
tenant from a column and not as a value: for a value that it has no statistics of, as that of a new tenant, the planner
expects no rows and reads all that the tenant has.
"""

from collections.abc import Mapping
from typing import Any

from reos.db.connection import Connection
from reos.property.bulk_sql import (
    ATTACH,
    ATTACH_NAMED,
    CREATE_PARCELS,
    FILL,
    INSERT,
    LOAD,
    MATCH_ADDRESS,
    MATCH_PARCEL,
    NOTE_CREATED,
    RESTORE,
)

ADDRESSES = "address:"  # where the identities that are addresses begin; a parcel's begins with a digit

# A chunk looks its keys up by indexes that are in memory: reading whole tables instead costs more with each chunk.
_FRESH_PLANS = """
set local plan_cache_mode = force_custom_plan; set local jit = off; set local work_mem = '64MB';
set local random_page_cost = 1.1
"""

_ANY_KNOWN = "select from lead_parcel where outcome in ('known', 'updated') limit 1"


def prepare(conn: Connection) -> None:
    """Create `lead_parcel` for this connection unless it is there."""
    conn.execute(CREATE_PARCELS)


def plan_afresh(conn: Connection) -> None:
    """Let no plan of the open transaction date from when the tables were small, or read tables as they grow."""
    conn.execute(_FRESH_PLANS)


def resolve(conn: Connection, params: Mapping[str, Any]) -> None:
    """Find or insert the property of every identity in (`after`, `upto`] of the batch; leaves `lead_parcel`.

    `params` has tenant_id, batch_id, source, at, after and upto. The transaction began with `merging.reserve`. An
    address that several parcels share has the outcome `shared` and no property: it does not say which.
    """
    conn.execute(LOAD, params)
    conn.execute("analyze lead_parcel (identity)")  # no more: that all outcomes are null is not true for long
    if params["upto"] < ADDRESSES:
        conn.execute(MATCH_PARCEL, params)
        conn.execute(ATTACH, params)
        conn.execute(ATTACH_NAMED, params)
        conn.execute(INSERT, params)
        conn.execute(MATCH_PARCEL, params)
    else:
        conn.execute(MATCH_ADDRESS, params)
        conn.execute(INSERT, params)
        conn.execute(MATCH_ADDRESS, params)
    if conn.execute(_ANY_KNOWN).fetchone() is not None:
        conn.execute(FILL, params)
        conn.execute(RESTORE, params)
    conn.execute(NOTE_CREATED, params)
