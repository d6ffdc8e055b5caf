"""The checks behind the health routes."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from reos_api.health.schemas import CacheHealth, DatabaseHealth
from reos_api.services import Services

_DATABASE = """
select current_setting('server_version') as server_version, current_user::text as role,
       to_regclass('marts.fct_property_score') is not null as warehouse
"""


async def database(app: Services) -> DatabaseHealth:
    """Ask PostgreSQL; the error of a database that does not answer becomes a 503."""
    async with app.pools.reading(None) as connection:
        row = await connection.fetchrow(_DATABASE)
    pool = app.pools.reads
    return DatabaseHealth(**row, connections_idle=pool.get_idle_size(), connections_open=pool.get_size())


async def cache(app: Services) -> CacheHealth:
    """Ping Redis."""
    if app.redis_url is None:
        return CacheHealth(status="off")
    try:
        async with Redis.from_url(app.redis_url, socket_timeout=1, socket_connect_timeout=1) as client:
            await client.ping()
    except (RedisError, OSError):
        return CacheHealth(status="down")
    return CacheHealth(status="ok")
