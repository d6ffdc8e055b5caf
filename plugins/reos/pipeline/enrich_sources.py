"""The sources of one run, with the breakers as the last run left them, stored again as this one leaves them."""

from collections.abc import Iterator
from contextlib import contextmanager

from reos.connectors.catalogue import configured
from reos.connectors.egress import Egress
from reos.connectors.health_store import load_breakers, save_breakers, store_configured
from reos.core.clock import Clock
from reos.core.settings import Settings
from reos.db.connection import Connection, transaction
from reos.pipeline.enrich_fetch import Connect, Sources


@contextmanager
def open_sources(
    conn: Connection, settings: Settings, clock: Clock, egress: Egress | None, connect: Connect, redis_url: str | None
) -> Iterator[Sources]:
    """Open what `connect` has configured for the block; `conn` is an idle connection of reos_pipeline."""
    with Sources(settings, clock, egress, connect) as sources:
        sources.breakers = load_breakers(conn, {each.spec.provider for each in sources.connectors.values()}, clock)
        try:
            yield sources
        finally:
            if not conn.closed:
                save_breakers(conn, sources.breakers, redis_url=redis_url)


def tell_configured(conn: Connection, settings: Settings, sources: Sources, clock: Clock) -> None:
    """Store which sources this process has keys for: the API, which holds none, plans and shows by it."""
    with transaction(conn):
        store_configured(conn, configured(settings, sources.connectors), clock)
