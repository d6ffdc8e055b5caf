"""Connections to PostgreSQL as `reos_app`: asyncpg for reads on the event loop, psycopg in threads for use-cases.

Both set the tenant inside each transaction and reset the session when a connection comes back.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import anyio.to_thread
import asyncpg
import psycopg
from anyio import CapacityLimiter
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from reos.core.errors import UnavailableError
from reos.db import assert_safe_role, tenant_transaction, transaction
from reos.db.connection import Connection
from reos_api.settings import ApiSettings

T = TypeVar("T")
_LOST = (
    *(OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError),
    *(asyncpg.AdminShutdownError, asyncpg.CannotConnectNowError),
)
# As asyncpg does. DISCARD ALL would also drop the prepared statements that psycopg believes to be there.
_RESET = "select pg_advisory_unlock_all(); close all; unlisten *; reset all"
_SET_TENANT = "select set_config('app.current_tenant_id', $1, true)"


@dataclass(frozen=True)
class Pools:
    """The process's two pools."""

    reads: "asyncpg.Pool[asyncpg.Record]"
    writes: "ConnectionPool[psycopg.Connection[DictRow]]"
    patience_seconds: float = 5.0

    @asynccontextmanager
    async def reading(self, tenant_id: UUID | None) -> AsyncIterator[Any]:
        """Yield a connection in a read-only transaction of the tenant; without a tenant it sees no tenant's row.

        `UnavailableError` when the database does not answer.
        """
        try:
            connection = await self._begin(tenant_id)
        except _LOST:  # the server restarted: every connection in the pool is dead, so a new one is tried
            await self.reads.expire_connections()
            connection = await self._begin(tenant_id)
        try:
            yield connection
        finally:
            await self._end(connection)

    async def _begin(self, tenant_id: UUID | None) -> Any:  # noqa: ANN401 (asyncpg's proxy has no useful type)
        try:
            connection = await self.reads.acquire(timeout=self.patience_seconds)
        except (*_LOST, asyncpg.PostgresError) as error:
            raise UnavailableError("The database does not answer.", remedy="Try again in a moment.") from error
        try:
            await connection.execute("begin read only")
            await connection.execute(_SET_TENANT, str(tenant_id) if tenant_id else "")
        except BaseException:
            await self._end(connection)
            raise
        return connection

    async def _end(self, connection: Any) -> None:  # noqa: ANN401
        try:
            with suppress(*_LOST):
                await connection.execute("rollback")  # nothing was written
        finally:
            await self.reads.release(connection)

    async def write(self, tenant_id: UUID, work: Callable[[Connection], T]) -> T:
        """Run `work` in a thread, in one transaction of the tenant that commits when it returns."""

        def confined(conn: Connection) -> T:
            with tenant_transaction(conn, tenant_id):
                return work(conn)

        return await self.run(confined)

    async def write_unconfined(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a thread, in a transaction without a tenant: it may only find an account by its e-mail."""

        def alone(conn: Connection) -> T:
            with transaction(conn):
                return work(conn)

        return await self.run(alone)

    async def run(self, work: Callable[[Connection], T], limiter: CapacityLimiter | None = None) -> T:
        """Run `work` in a thread with an idle connection; it opens its own transactions."""

        def borrowed() -> T:
            with self.writes.connection() as conn:
                return work(conn)

        return await anyio.to_thread.run_sync(borrowed, limiter=limiter)


@asynccontextmanager
async def open_pools(url: str, settings: ApiSettings) -> AsyncIterator[Pools]:
    """Open both pools, refuse an unsafe role (`ConfigurationError`), and close them at the end."""
    milliseconds = str(int(settings.statement_timeout_seconds * 1000))
    writes = ConnectionPool(
        url,
        kwargs={
            "row_factory": dict_row,
            "application_name": "reos-api",
            "options": f"-c timezone=UTC -c statement_timeout={milliseconds}",
        },
        min_size=1,
        max_size=settings.write_connections,
        timeout=settings.pool_timeout_seconds,
        reset=_reset,
        check=ConnectionPool.check_connection,
        open=False,
    )
    reads = await _read_pool(url, settings, milliseconds)
    try:
        await anyio.to_thread.run_sync(lambda: writes.open(wait=True, timeout=settings.pool_timeout_seconds))
        pools = Pools(reads, writes, settings.pool_timeout_seconds)
        await pools.run(assert_safe_role)
        yield pools
    finally:
        await anyio.to_thread.run_sync(writes.close)
        await reads.close()


async def _read_pool(url: str, settings: ApiSettings, milliseconds: str) -> "asyncpg.Pool[asyncpg.Record]":
    session = {"application_name": "reos-api", "timezone": "UTC", "statement_timeout": milliseconds, "jit": "off"}
    # Provenance takes 20 ms to plan and 1 ms to run, and a plan is the same for every tenant: plan it once.
    session["plan_cache_mode"] = "force_generic_plan"
    try:
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=settings.read_connections,
            timeout=settings.pool_timeout_seconds,
            server_settings=session,
        )
    except (*_LOST, asyncpg.PostgresError) as error:
        raise UnavailableError(
            f"PostgreSQL does not let us in: {error}", remedy="Start it, or correct REOS_DB_APP_URL."
        ) from error


def _reset(conn: psycopg.Connection[DictRow]) -> None:
    conn.autocommit = True
    conn.execute(_RESET)
    conn.autocommit = False
