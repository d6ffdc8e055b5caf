"""Reads of one tenant whose JSON PostgreSQL builds: the bytes go out as they are, and the models document them."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from reos.core.errors import NotFoundError
from reos.property.queries import Query
from reos_api.pools import Pools


@dataclass(frozen=True)
class TenantReads:
    """Runs queries in short read-only transactions of one tenant."""

    pools: Pools
    tenant_id: UUID

    async def find(self, query: Query) -> "asyncpg.Record | None":
        """Return the first row, or None."""
        async with self.pools.reading(self.tenant_id) as connection:
            return await connection.fetchrow(query.sql, *query.args)

    async def rows(self, query: Query) -> "list[asyncpg.Record]":
        """Return all rows."""
        async with self.pools.reading(self.tenant_id) as connection:
            found: list[asyncpg.Record] = await connection.fetch(query.sql, *query.args)
            return found

    async def row(self, query: Query, missing: str = "") -> "asyncpg.Record":
        """Return the first row of a query that has one; `NotFoundError` saying `missing` otherwise."""
        found = await self.find(query)
        if found is None:
            raise NotFoundError(missing)
        return found

    async def document(self, query: Query, missing: str) -> bytes:
        """Return the JSON text in the first column as bytes; `NotFoundError` saying `missing` when there is none."""
        row = await self.find(query)
        if row is None or row[0] is None:
            raise NotFoundError(missing)
        return str(row[0]).encode()
