import threading
from uuid import uuid4

import psycopg
import pytest

from reos import db, events
from reos.core.errors import ConfigurationError
from reos.events import EventType, NewEvent, Subject

INTAKE = [Subject.DISCOVERY_INTAKE]


def publish(database, tenant_id, count, kind=EventType.PROPERTY_DISCOVERED):
    pipeline = database.connect("pipeline", autocommit=True)
    return events.append(pipeline, [NewEvent(kind, tenant_id, uuid4(), {}, uuid4()) for _ in range(count)])


def claim(conn, limit=500, consumer="enrichment"):
    with events.claim_batch(conn, consumer, INTAKE, limit) as batch:
        return [event.seq for event in batch]


def test_batches_cover_all_tenants_once_and_end_empty(database, two_tenants):
    seqs = [event.seq for tenant_id in two_tenants for event in publish(database, tenant_id, 5)]
    conn = database.connect("pipeline")
    assert [claim(conn, 4), claim(conn, 4), claim(conn, 4), claim(conn, 4)] == [seqs[:4], seqs[4:8], seqs[8:], []]


def test_each_consumer_has_its_own_cursor(database, two_tenants):
    publish(database, two_tenants[0], 2)
    conn = database.connect("pipeline")
    assert claim(conn) == claim(conn, consumer="timeline") == [1, 2]
    assert claim(conn) == []


def test_other_subjects_are_passed_over_for_good(database, two_tenants):
    publish(database, two_tenants[0], 3, EventType.PROPERTY_SCORED)
    conn = database.connect("pipeline")
    assert claim(conn) == []
    assert conn.execute("select seq from app.consumer_cursor").fetchall() == [{"seq": 3}]


def test_error_in_the_block_gives_the_batch_again_and_undoes_its_work(database, two_tenants):
    publish(database, two_tenants[0], 2)
    conn = database.connect("pipeline")
    given = []

    def fail_in_the_middle() -> None:
        with events.claim_batch(conn, "enrichment", INTAKE) as batch:
            given.extend(event.seq for event in batch)
            conn.execute("insert into app.wake_cursor (subject) values ('x')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_in_the_middle()
    assert given == claim(conn) == [1, 2]
    assert conn.execute("select count(*) as n from app.wake_cursor").fetchall() == [{"n": 0}]


def test_work_in_the_block_commits_with_the_cursor(database, two_tenants):
    publish(database, two_tenants[0], 2)
    conn = database.connect("pipeline")
    with events.claim_batch(conn, "enrichment", INTAKE):
        conn.execute("insert into app.wake_cursor (subject) values ('x')")
    seen = database.connect("pipeline").execute("select count(*) as n from app.wake_cursor").fetchall()
    assert seen == [{"n": 1}]


def test_consumer_may_publish_what_it_did_in_the_same_transaction(database, two_tenants):
    publish(database, two_tenants[0], 1)
    conn = database.connect("pipeline")
    with events.claim_batch(conn, "enrichment", INTAKE) as (cause,):
        effect = NewEvent(
            EventType.PROPERTY_ENRICHED, cause.tenant_id, cause.property_id, {}, cause.correlation_id, cause.event_id
        )
        events.append(conn, [effect])
    with db.transaction(conn):
        (enriched,) = events.read_after(conn, after_seq=cause.seq, tenant_id=None, property_id=None)
    assert (enriched.causation_id, enriched.correlation_id) == (cause.event_id, cause.correlation_id)


def test_open_transaction_is_refused_since_it_would_not_be_committed(database):
    conn = database.connect("pipeline")
    conn.execute("select 1")
    with pytest.raises(ConfigurationError, match="not idle"), events.claim_batch(conn, "enrichment", INTAKE):
        pass


def test_app_may_not_move_cursors(database):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        claim(database.connect("app"))


def test_two_workers_of_one_consumer_never_get_the_same_event(database, two_tenants):
    publish(database, two_tenants[0], 60)
    seen = []

    def work() -> None:
        conn = db.connect(database.url("pipeline"))
        with conn:
            while batch := claim(conn, 7):
                seen.extend(batch)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(seen) == list(range(1, 61))
