"""Compare everything of a tenant again: what came before matching did, or before its rules became better.

Newcomers are compared as they come; this finds the rest and is safe to repeat. First it gives properties their
`address_block`, by which candidates are found, where they have none or the rule that makes it has changed, and learns
what answers that landed long ago say of parcels without an address.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from reos.address import block_key
from reos.connectors.contract import Connector
from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.core.settings import get_settings
from reos.db import tenant_transaction, transaction
from reos.db.connection import Connection
from reos.pipeline.enrich_fetch import Sources
from reos.pipeline.learn_landed import learn_landed
from reos.property.candidates import reserve, settle
from reos.property.identity import stored_address

_BATCH = 5000
_TENANTS = "select tenant_id from app.tenant order by tenant_id"
_ADDRESSED = """
select property_id, '' as source, address_line, unit, city, state, zip5, address_block from app.property
 where tenant_id = %s and address_key is not null and property_id > %s{} order by property_id limit %s
"""
_UNBLOCKED = _ADDRESSED.format(" and address_block is null")
_ANY = _ADDRESSED.format("")
_BLOCK = """
update app.property p set address_block = n.address_block
  from unnest(%s::uuid[], %s::text[], %s::text[]) as n (property_id, source, address_block)
 where p.tenant_id = %s and p.property_id = n.property_id
"""
# A batch holds all that sources say of its properties.
_STATED = """
select property_id, source, address_line, unit, city, state, zip5, address_block from app.property_alias
 where tenant_id = %s and address_block is not null and property_id > %s
 order by property_id fetch first %s rows with ties
"""
_BLOCK_STATED = """
update app.property_alias f set address_block = n.address_block
  from unnest(%s::uuid[], %s::text[], %s::text[]) as n (property_id, source, address_block)
 where f.tenant_id = %s and f.property_id = n.property_id and f.source = n.source
"""
_FIRST = UUID(int=0)


@dataclass(frozen=True)
class SettleReport:
    """What a run did, over all tenants: properties that got a block, homes merged, pairs queued for a person."""

    blocked: int = 0
    merged: int = 0
    reviews: int = 0


def settle_matches(
    conn: Connection,
    *,
    clock: Clock,
    new_id: NewId = new_id,
    reblock: bool = False,
    connectors: Mapping[str, Connector] | None = None,
) -> SettleReport:
    """Compare the properties of every tenant with one another; `conn` is an idle connection of reos_pipeline.

    With `reblock` every block is made and every landed answer read anew, not only what is missing: needed once after
    the rules of addresses changed. `connectors` read the answers and default to those configured.
    """
    with transaction(conn):
        tenants = [row["tenant_id"] for row in conn.execute(_TENANTS)]
    readers = _configured(clock) if connectors is None else connectors
    blocked = merged = reviews = 0
    for tenant_id in tenants:
        blocked += fill_blocks(conn, tenant_id, anew=reblock)
        learned = learn_landed(conn, tenant_id, clock=clock, new_id=new_id, connectors=readers, anew=reblock)
        with tenant_transaction(conn, tenant_id):
            reserve(conn, tenant_id)
            settled = settle(conn, tenant_id, clock=clock, new_id=new_id)
        merged += learned[0] + settled.merged
        reviews += learned[1] + settled.reviews
    return SettleReport(blocked, merged, reviews)


def _configured(clock: Clock) -> Mapping[str, Connector]:
    with Sources(get_settings(), clock) as sources:  # their clients are closed: they read, and ask nobody
        return sources.connectors


def fill_blocks(conn: Connection, tenant_id: UUID, *, anew: bool = False) -> int:
    """Give every property its block that has an address and none; `anew`, all of them and what sources state as well.

    Returns how many changed. Costs one look-up where none is missing. `conn` is idle; a batch is a transaction.
    """
    blocked = sum(_block(conn, tenant_id, _ANY if anew else _UNBLOCKED, _BLOCK))
    return blocked + (sum(_block(conn, tenant_id, _STATED, _BLOCK_STATED)) if anew else 0)


def _block(conn: Connection, tenant_id: UUID, read: str, write: str) -> Iterator[int]:
    """Make the blocks of what `read` yields, a batch a transaction, and yield how many are not as they were."""
    after = _FIRST
    while True:
        with tenant_transaction(conn, tenant_id):
            rows = conn.execute(read, (tenant_id, after, _BATCH)).fetchall()
            made = [
                (row["property_id"], row["source"], block_key(stored_address(row).components), row["address_block"])
                for row in rows
            ]
            changed = [new[:3] for new in made if new[2] != new[3]]
            if changed:
                conn.execute(write, (*map(list, zip(*changed, strict=True)), tenant_id))
        yield len(changed)
        if len(rows) < _BATCH:
            return
        after = rows[-1]["property_id"]
