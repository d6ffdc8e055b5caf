"""The relay's eyes: the event log read through its barrier, as `reos_app`, one tenant at a time."""

from uuid import UUID

from reos.db import tenant_transaction, transaction
from reos.db.connection import Connection
from reos.events import safe_head
from reos.events.log import read_range
from reos.timeline.frames import Frame, encode
from reos_api.pools import Pools


class PostgresLog:
    """Implements `reos.timeline.relay.LogReader` over the pool of `reos_app`."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools

    async def head(self) -> int:
        """Return the seq up to which the log is settled."""

        def settled(conn: Connection) -> int:
            with transaction(conn):
                return safe_head(conn)

        return await self._pools.run(settled)

    async def read(
        self, tenant_id: UUID, after: int, head: int, *, property_id: UUID | None = None, limit: int = 500
    ) -> list[Frame]:
        """Return up to `limit` frames of the tenant with after < seq <= head, in order."""

        def frames(conn: Connection) -> list[Frame]:
            with tenant_transaction(conn, tenant_id):
                events = read_range(conn, after, head, property_id=property_id, limit=limit)
            return [encode(event) for event in events]

        return await self._pools.run(frames)
