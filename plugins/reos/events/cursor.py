"""Consumers of the log: each has a cursor, and moves it in the transaction of the work that the events caused."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from reos.db.connection import Connection, transaction
from reos.events.catalogue import Subject
from reos.events.envelope import Event
from reos.events.log import read_range, safe_head


@contextmanager
def claim_batch(
    conn: Connection, consumer: str, subjects: Sequence[Subject], limit: int = 500
) -> Iterator[list[Event]]:
    """Give the block the next events of `subjects` that `consumer` has not processed, at most `limit`, in order.

    Opens a transaction that spans tenants (role `reos_pipeline`) and locks the cursor, so that a second worker of the
    same consumer waits; what the block writes on `conn` commits together with the cursor, and if it raises, neither
    does. Work done elsewhere has to bear repetition: the batch is given again after a failure.
    Raises `UnavailableError` when a writer keeps the log open (see `safe_head`).
    """
    with transaction(conn):
        position = _lock(conn, consumer)
        head = safe_head(conn)
        events = read_range(conn, position, head, subjects=subjects, limit=limit)
        yield events
        reached = events[-1].seq if len(events) == limit else head
        conn.execute(
            "update app.consumer_cursor set seq = %s, updated_at = now() where consumer = %s and seq < %s",
            (reached, consumer, reached),
        )


def _lock(conn: Connection, consumer: str) -> int:
    conn.execute("insert into app.consumer_cursor (consumer) values (%s) on conflict do nothing", (consumer,))
    query = "select seq from app.consumer_cursor where consumer = %s for update"
    row = conn.execute(query, (consumer,)).fetchone()
    return int(row["seq"]) if row else 0
