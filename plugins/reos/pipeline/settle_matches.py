"""Compare everything of a tenant again: what came before matching did, or before its rules became better.

Newcomers are compared as they come; this finds the rest and is safe to repeat. It also gives properties their
`address_block`, by which candidates are found, where they have none or the rule that makes it has changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reos.address import block_key, parse
from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.db import tenant_transaction, transaction
from reos.db.connection import Connection
from reos.property.candidates import reserve, settle

_BATCH = 5000
_TENANTS = "select tenant_id from app.tenant order by tenant_id"
_UNBLOCKED = """
select property_id, address_line, unit, city, state, zip5, address_block from app.property
 where tenant_id = %s and address_key is not null and property_id > %s and (address_block is null or %s)
 order by property_id limit %s
"""
_BLOCK = """
update app.property p set address_block = n.address_block
  from unnest(%s::uuid[], %s::text[]) as n (property_id, address_block)
 where p.tenant_id = %s and p.property_id = n.property_id
"""
_FIRST = UUID(int=0)


@dataclass(frozen=True)
class SettleReport:
    """What a run did, over all tenants: properties that got a block, homes merged, pairs queued for a person."""

    blocked: int = 0
    merged: int = 0
    reviews: int = 0


def settle_matches(conn: Connection, *, clock: Clock, new_id: NewId = new_id, reblock: bool = False) -> SettleReport:
    """Compare the properties of every tenant with one another; `conn` is an idle connection of reos_pipeline.

    With `reblock` every block is made anew, not only missing ones: needed once after the rules of addresses changed.
    """
    with transaction(conn):
        tenants = [row["tenant_id"] for row in conn.execute(_TENANTS)]
    blocked = merged = reviews = 0
    for tenant_id in tenants:
        blocked += sum(_block(conn, tenant_id, reblock=reblock))
        with tenant_transaction(conn, tenant_id):
            reserve(conn, tenant_id)
            settled = settle(conn, tenant_id, clock=clock, new_id=new_id)
        merged, reviews = merged + settled.merged, reviews + settled.reviews
    return SettleReport(blocked, merged, reviews)


def _block(conn: Connection, tenant_id: UUID, *, reblock: bool) -> Iterator[int]:
    """Give properties their block, a batch a transaction, and yield how many got a new one."""
    after = _FIRST
    while True:
        with tenant_transaction(conn, tenant_id):
            rows = conn.execute(_UNBLOCKED, (tenant_id, after, reblock, _BATCH)).fetchall()
            changed = [(row["property_id"], block) for row in rows if (block := _block_of(row)) != row["address_block"]]
            if changed:
                ids, blocks = zip(*changed, strict=True)
                conn.execute(_BLOCK, (list(ids), list(blocks), tenant_id))
        yield len(changed)
        if len(rows) < _BATCH:
            return
        after = rows[-1]["property_id"]


def _block_of(row: dict[str, Any]) -> str | None:
    place = {"city": row["city"] or "", "state": row["state"] or "", "zip_code": row["zip5"] or ""}
    return block_key(parse(row["address_line"] or "", unit=row["unit"] or "", **place).components)
