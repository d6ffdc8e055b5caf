import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reos.events import Event, EventType, NewEvent, Subject

TENANT, HOUSE, JOURNEY, USER = (UUID(int=number) for number in (1, 2, 3, 4))


def event(**fields: object) -> Event:
    values = {
        "seq": 7,
        "event_id": UUID(int=9),
        "subject": "event.discovery.intake",
        "event_type": "property.discovered",
        "tenant_id": TENANT,
        "property_id": HOUSE,
        "correlation_id": JOURNEY,
        "causation_id": None,
        "occurred_at": datetime(2025, 11, 3, tzinfo=UTC),
        "payload": {"apn": "123-456-789"},
        "metadata": {"source": "api", "user_id": str(USER)},
        "schema_version": 1,
    }
    return Event.from_row({**values, **fields})


def test_envelope_has_exactly_the_documented_keys_and_plain_values():
    envelope = event().envelope()
    assert list(envelope) == [
        *("event_id", "event_type", "timestamp", "tenant_id", "correlation_id", "payload", "metadata"),
        *("subject", "causation_id", "schema_version"),
    ]
    assert envelope["timestamp"] == "2025-11-03T00:00:00Z"
    assert envelope["metadata"] == {"source": "api", "user_id": str(USER)}
    assert envelope["causation_id"] is None
    assert json.loads(json.dumps(envelope)) == envelope


def test_envelope_names_the_cause():
    assert event(causation_id=UUID(int=5)).envelope()["causation_id"] == str(UUID(int=5))


@given(hours=st.integers(-12, 14))
def test_timestamp_is_the_same_instant_in_utc_whatever_the_zone(hours):
    local = datetime(2025, 11, 3, 12, tzinfo=timezone(timedelta(hours=hours)))
    stamp = event(occurred_at=local).envelope()["timestamp"]
    assert stamp.endswith("Z")
    assert datetime.fromisoformat(stamp) == local


def test_row_with_an_unknown_type_is_an_error():
    with pytest.raises(ValueError, match="invented"):
        event(event_type="property.invented")


def test_stored_payload_names_the_property_unless_the_producer_did():
    def payload(property_id, given_payload) -> dict[str, object]:
        return NewEvent(EventType.PROPERTY_SCORED, TENANT, property_id, given_payload, JOURNEY).stored_payload()

    other = uuid4()
    assert payload(HOUSE, {"score": 1}) == {"property_id": str(HOUSE), "score": 1}
    assert payload(HOUSE, {"property_id": str(other)}) == {"property_id": str(other)}
    assert payload(None, {"score": 1}) == {"score": 1}


def test_new_event_knows_its_subject_and_author():
    new = NewEvent(EventType.MEMO_GENERATED, TENANT, HOUSE, {}, JOURNEY, source="api", user_id=USER)
    assert new.subject is Subject.DOCGEN_GENERATED
    assert new.stored_metadata() == {"source": "api", "user_id": str(USER)}
    nobody = NewEvent(EventType.MEMO_GENERATED, TENANT, HOUSE, {}, JOURNEY)
    assert nobody.stored_metadata() == {"source": "reos", "user_id": None}
