"""What landed answers say of where and which properties are, handed to matching: by enrichment, and once for the past.

Enrichment learns as it goes. Answers that landed before there was anything to learn with, or under older rules of
addresses, are read again here: nobody is asked for them a second time.
"""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from reos.connectors.contract import Connector
from reos.core.clock import Clock
from reos.core.ids import NewId
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline.enrich_state import PropertyState, load_states
from reos.property.found import FoundIdentity, learn_identity

_BATCH = 500
_PLACE = ("address_line", "city", "state", "zip5")
_UNLEARNED = """
select p.property_id from app.property p
 where p.tenant_id = %s and p.property_id > %s and p.stage <> 'discovered' and p.deleted_at is null
   and p.merged_into is null and (p.address_key is null or (%s and p.apn_key is null))
   and (%s or not exists (select from app.property_alias f
                           where f.tenant_id = p.tenant_id and f.property_id = p.property_id))
 order by p.property_id limit %s
"""


def found_in(states: Iterable[PropertyState]) -> list[FoundIdentity]:
    """Return what the readable answers of each state say of where and which its property is."""
    return [
        FoundIdentity(
            state.property_id,
            source,
            *(getattr(landed.facts, name) or "" for name in _PLACE),
            *(landed.parcel or ()),
        )
        for state in states
        for source, landed in sorted(state.usable().items())
    ]


def learn_landed(
    conn: Connection,
    tenant_id: UUID,
    *,
    clock: Clock,
    new_id: NewId,
    connectors: Mapping[str, Connector],
    anew: bool = False,
) -> tuple[int, int]:
    """Learn from what has landed for parcels without an address; return how many merges and questions came of it.

    `anew` reads the answers of addresses without a parcel too, and those that were learned from before. `connectors`
    read the answers. `conn` is idle; a batch is a transaction of its own.
    """
    merged = reviews = 0
    for property_ids in _batches(conn, tenant_id, anew=anew):
        with tenant_transaction(conn, tenant_id):
            states = load_states(conn, tenant_id, property_ids, connectors, clock.now())
        with tenant_transaction(conn, tenant_id):
            settled = learn_identity(conn, tenant_id, found_in(states.values()), clock=clock, new_id=new_id)
        merged, reviews = merged + settled.merged, reviews + settled.reviews
    return merged, reviews


def _batches(conn: Connection, tenant_id: UUID, *, anew: bool) -> Iterator[list[UUID]]:
    after = UUID(int=0)
    while True:
        with tenant_transaction(conn, tenant_id):
            rows = conn.execute(_UNLEARNED, (tenant_id, after, anew, anew, _BATCH)).fetchall()
        if not rows:
            return
        after = rows[-1]["property_id"]
        yield [row["property_id"] for row in rows]
