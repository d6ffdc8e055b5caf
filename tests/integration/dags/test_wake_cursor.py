from uuid import UUID, uuid4

from reos import events
from reos.events import EventType, NewEvent, Subject
from reos_airflow.wake_cursor import WakeUp, advance, pending

DISCOVERED, UPDATED, SCORED = EventType.PROPERTY_DISCOVERED, EventType.PROPERTY_UPDATED, EventType.PROPERTY_SCORED
INTAKE, SCORES = Subject.DISCOVERY_INTAKE.value, Subject.SCORING_CALCULATED.value


def test_an_empty_log_has_no_news(database) -> None:
    assert pending(database.connect("pipeline", autocommit=True)) == []


def test_the_news_of_a_subject_are_one_wake_up(database, publish) -> None:
    seqs = publish(DISCOVERED, SCORED, UPDATED)
    conn = database.connect("pipeline", autocommit=True)
    expected = [WakeUp(INTAKE, 0, seqs[2]), WakeUp(SCORES, 0, seqs[1])]
    assert sorted(pending(conn), key=lambda each: each.subject) == expected


def test_only_what_lies_beyond_the_cursor_is_news(database, publish) -> None:
    (first,) = publish(DISCOVERED)
    conn = database.connect("pipeline", autocommit=True)
    advance(conn, INTAKE, first)
    assert pending(conn) == []
    (second,) = publish(DISCOVERED)
    assert pending(conn) == [WakeUp(INTAKE, first, second)]


def test_the_cursor_never_moves_back(database, publish) -> None:
    first, second = publish(DISCOVERED, DISCOVERED)
    conn = database.connect("pipeline", autocommit=True)
    advance(conn, INTAKE, second)
    advance(conn, INTAKE, first)
    assert pending(conn) == []


def test_other_subjects_may_be_left_out(database, publish) -> None:
    publish(DISCOVERED, SCORED)
    conn = database.connect("pipeline", autocommit=True)
    assert [each.subject for each in pending(conn, [Subject.SCORING_CALCULATED])] == [SCORES]


def test_an_event_that_commits_late_is_not_passed_over(database, publish, two_tenants: tuple[UUID, UUID]) -> None:
    late = database.connect("pipeline")
    conn = database.connect("pipeline", autocommit=True)
    with late.transaction():
        (slow,) = events.append(late, [NewEvent(DISCOVERED, two_tenants[1], None, {}, uuid4())])
        (quick,) = publish(SCORED)
        assert slow.seq < quick
        assert pending(conn) == []
    news = {each.subject: each.to_seq for each in pending(conn)}
    assert news == {INTAKE: slow.seq, SCORES: quick}
