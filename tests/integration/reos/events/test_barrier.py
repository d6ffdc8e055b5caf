"""The log read while transactions linger: nothing missed, nothing doubled, whatever order they commit in."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

from reos import db, events
from reos.db import transaction
from reos.events import EventType, NewEvent, Subject

INTAKE = [Subject.DISCOVERY_INTAKE]
SECONDS = 2.5
WRITERS = 6


def discovered(tenant_id):
    return NewEvent(EventType.PROPERTY_DISCOVERED, tenant_id, uuid4(), {}, uuid4())


def claim(conn, limit=500):
    with events.claim_batch(conn, "enrichment", INTAKE, limit) as batch:
        return [event.seq for event in batch]


def test_smaller_number_that_commits_later_is_not_skipped(database, two_tenants):
    slow, fast = database.connect("pipeline"), database.connect("pipeline")
    (late,) = events.append(slow, [discovered(two_tenants[0])])
    (early,) = events.append(fast, [discovered(two_tenants[0])])
    fast.commit()
    naive = fast.execute("select seq from app.event_log where seq > 0").fetchall()
    assert [row["seq"] for row in naive] == [early.seq], "a naive reader would now pass over the late one"
    with ThreadPoolExecutor(1) as pool:
        claimed = pool.submit(claim, database.connect("pipeline"))
        time.sleep(0.3)
        assert not claimed.done(), "the reader waits for the open writer"
        slow.commit()
        assert claimed.result(timeout=5) == [late.seq, early.seq]


def test_reader_waiting_for_an_aborted_writer_goes_on(database, two_tenants):
    slow, fast = database.connect("pipeline"), database.connect("pipeline", autocommit=True)
    events.append(slow, [discovered(two_tenants[0])])
    (kept,) = events.append(fast, [discovered(two_tenants[0])])
    slow.rollback()
    assert claim(database.connect("pipeline")) == [kept.seq]


def test_barrier_leaves_no_lock_behind(database, two_tenants):
    reader = database.connect("pipeline")
    with transaction(reader):
        events.safe_head(reader)
        held = reader.execute("select count(*) as n from pg_locks where locktype = 'advisory'").fetchall()
        assert held == [{"n": 0}]
        events.append(database.connect("pipeline", autocommit=True), [discovered(two_tenants[0])])


class AbortedError(Exception):
    """A writer changed its mind."""


def write_until(stop, url, tenants, chance, written):
    """Publish one event a transaction; linger before the commit, and abort one in ten."""
    with db.connect(url) as conn:
        while time.monotonic() < stop:
            with suppress(AbortedError), transaction(conn):
                stored = events.append(conn, [discovered(chance.choice(tenants))])
                time.sleep(chance.choice([0, 0, 0.002, 0.03]))
                if chance.random() < 0.1:
                    raise AbortedError
                written.extend(event.seq for event in stored)


def read_until(finished, url, seen):
    """Claim in small batches, and once more to the end after the writers have finished."""
    with db.connect(url) as conn:
        while not finished.is_set():
            seen.extend(claim(conn, limit=20))
        while batch := claim(conn, limit=20):
            seen.extend(batch)


def test_no_event_is_missed_or_doubled_among_lingering_and_aborting_writers(database, two_tenants):
    written, seen, finished, url = [], [], threading.Event(), database.url("pipeline")
    stop = time.monotonic() + SECONDS
    chances = [random.Random(seed) for seed in range(WRITERS)]  # noqa: S311 - reproducible, not secret
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(read_until, finished, url, seen)
        writers = [pool.submit(write_until, stop, url, two_tenants, chance, written) for chance in chances]
        for writer in writers:
            writer.result()
        finished.set()
        reader.result()
    assert len(written) > 50
    assert seen == sorted(seen)
    assert sorted(written) == seen, f"missed {set(written) - set(seen)}, doubled {len(seen) - len(set(seen))}"
