from uuid import uuid4

import psycopg
import pytest

from reos import events
from reos.core.errors import UnavailableError
from reos.db import tenant_transaction, transaction
from reos.events import EventType, NewEvent, Subject


def discovered(tenant_id, property_id=None, **payload: str):
    return NewEvent(EventType.PROPERTY_DISCOVERED, tenant_id, property_id or uuid4(), payload, uuid4())


def scored(tenant_id, property_id=None):
    return NewEvent(EventType.PROPERTY_SCORED, tenant_id, property_id or uuid4(), {"score": 71}, uuid4())


def test_events_come_back_as_stored_and_in_the_order_given(database, two_tenants):
    north, _ = two_tenants
    app = database.connect("app")
    given = [discovered(north, apn=str(number)) for number in range(50)]
    with tenant_transaction(app, north):
        written = events.append(app, given)
    assert [event.payload["apn"] for event in written] == [str(number) for number in range(50)]
    assert [event.seq for event in written] == sorted(event.seq for event in written)
    with tenant_transaction(app, north):
        assert events.read_after(app, after_seq=0, tenant_id=north, property_id=None) == written


def test_stored_event_carries_cause_author_and_property(database, two_tenants):
    north, _ = two_tenants
    pipeline = database.connect("pipeline")
    property_id, cause, user = uuid4(), uuid4(), uuid4()
    new = NewEvent(EventType.PROPERTY_ENRICHED, north, property_id, {"fields_changed": 3}, uuid4(), cause, "api", user)
    with transaction(pipeline):
        (event,) = events.append(pipeline, [new])
    assert (event.causation_id, event.correlation_id) == (cause, new.correlation_id)
    assert event.payload == {"property_id": str(property_id), "fields_changed": 3}
    assert event.metadata == {"source": "api", "user_id": str(user)}
    assert event.occurred_at.tzinfo is not None


def test_nothing_to_append_writes_nothing(database):
    pipeline = database.connect("pipeline", autocommit=True)
    assert events.append(pipeline, []) == []
    assert events.safe_head(pipeline) == 0


def test_rolled_back_change_tells_nothing(database, two_tenants):
    pipeline = database.connect("pipeline")

    def change_and_fail() -> None:
        with transaction(pipeline):
            events.append(pipeline, [discovered(two_tenants[0])])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    with transaction(pipeline):
        assert events.read_after(pipeline, after_seq=0, tenant_id=None, property_id=None) == []


def test_reading_filters_by_bookmark_property_subject_and_limit(database, two_tenants):
    north, south = two_tenants
    pipeline = database.connect("pipeline", autocommit=True)
    house = uuid4()
    first, second, third, fourth = events.append(
        pipeline, [discovered(north, house), discovered(south), scored(north, house), discovered(north)]
    )

    def read(**filters: object) -> list[events.Event]:
        arguments = {"after_seq": 0, "tenant_id": None, "property_id": None, **filters}
        return events.read_after(pipeline, **arguments)

    assert read() == [first, second, third, fourth]
    assert read(after_seq=second.seq) == [third, fourth]
    assert read(tenant_id=south) == [second]
    assert read(property_id=house) == [first, third]
    assert read(subjects=[Subject.SCORING_CALCULATED]) == [third]
    assert read(subjects=[]) == []
    assert read(limit=2) == [first, second]


def test_app_reads_its_tenant_only_even_when_it_asks_for_all(database, two_tenants):
    north, south = two_tenants
    events.append(database.connect("pipeline", autocommit=True), [discovered(north), discovered(south)])
    app = database.connect("app")
    with tenant_transaction(app, north):
        seen = events.read_after(app, after_seq=0, tenant_id=None, property_id=None)
        assert [event.tenant_id for event in seen] == [north]
        assert events.read_after(app, after_seq=0, tenant_id=south, property_id=None) == []


def test_unknown_tenant_and_foreign_tenant_are_refused(database, two_tenants):
    north, south = two_tenants
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        events.append(database.connect("pipeline", autocommit=True), [discovered(uuid4())])
    app = database.connect("app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(app, north):
        events.append(app, [discovered(south)])


@pytest.mark.parametrize("statement", ["update app.event_log set subject = subject", "delete from app.event_log"])
@pytest.mark.parametrize("role", ["app", "pipeline", "dbt"])
def test_log_may_not_be_changed_by_grant(database, statement, role):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.connect(role, autocommit=True).execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "update app.event_log set payload = '{}'",
        "delete from app.event_log",
        "truncate app.event_log cascade",
        "update app.policy_decision set allow = true",
    ],
)
def test_log_may_not_be_changed_by_the_superuser_either(database, statement):
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        database.connect("superuser", autocommit=True).execute(statement)


@pytest.mark.parametrize(
    ("subject", "producer", "event_type"),
    [
        (Subject.SCORING_CALCULATED, "enrichment", "property.scored"),
        (Subject.SCORING_CALCULATED, "scoring", "property.discovered"),
        ("event.invented", "scoring", "property.scored"),
        (Subject.SCORING_CALCULATED, "scoring", "property.invented"),
    ],
)
def test_wrong_producer_subject_or_type_is_refused_by_the_database(
    database, two_tenants, subject, producer, event_type
):
    pipeline = database.connect("pipeline", autocommit=True)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        pipeline.execute(
            """
            insert into app.event_log (event_id, subject, producer, event_type, tenant_id, correlation_id, payload,
                                       metadata)
            values (gen_random_uuid(), %s, %s, %s, %s, gen_random_uuid(), '{}', '{}')
            """,
            (str(subject), producer, event_type, two_tenants[0]),
        )


def test_catalogue_of_the_database_is_that_of_the_code(database):
    app = database.connect("app", autocommit=True)
    subjects = app.execute("select subject, producer from app.event_subject").fetchall()
    types = app.execute("select event_type, subject from app.event_type").fetchall()
    assert {row["subject"]: row["producer"] for row in subjects} == dict(events.PRODUCER_OF)
    assert {row["event_type"]: row["subject"] for row in types} == dict(events.SUBJECT_OF)


def test_head_waits_for_an_open_writer_and_says_so(database, two_tenants):
    writer, reader = database.connect("pipeline"), database.connect("pipeline", autocommit=True)
    events.append(writer, [discovered(two_tenants[0])])
    with pytest.raises(UnavailableError, match="held the event log open"):
        events.safe_head(reader, patience=0.2)
    writer.commit()
    assert events.safe_head(reader) == 1


def test_reader_that_wrote_in_its_own_transaction_does_not_wait_for_itself(database, two_tenants):
    pipeline = database.connect("pipeline")
    with transaction(pipeline):
        events.append(pipeline, [discovered(two_tenants[0])])
        assert events.safe_head(pipeline, patience=0.2) == 1
