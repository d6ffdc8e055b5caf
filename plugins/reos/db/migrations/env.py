"""Alembic's entry point: one connection given by `reos.db.migrate`, one transaction, one migration at a time."""

from alembic import context
from sqlalchemy import Connection, text

from reos.db.migrate import compared

# A migration that waits for a lock blocks everybody behind it: rather fail and be repeated.
_GUARDS = ("set lock_timeout = '5s'", "select pg_advisory_xact_lock(hashtext('reos.db.migrate'))")


def run(connection: Connection) -> None:
    """Run the requested revisions on `connection`."""
    context.configure(connection=connection, **compared())
    with context.begin_transaction():
        for guard in _GUARDS:
            connection.execute(text(guard))
        context.run_migrations()
    connection.commit()


run(context.config.attributes["connection"])
