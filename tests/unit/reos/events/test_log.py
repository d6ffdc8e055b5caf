from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from reos import events
from reos.events import EventType, NewEvent


class RecordingConnection:
    """Takes the one document that an append sends, and answers as the log would."""

    def execute(self, _query: object, parameters: tuple[str]) -> list[dict[str, object]]:
        (self.document,) = parameters
        return [{"event_id": UUID(int=9), "seq": 1, "occurred_at": datetime(2026, 1, 1, tzinfo=UTC)}]


def append(payload) -> events.Event:
    new = NewEvent(EventType.PROPERTY_SCORED, UUID(int=1), None, payload, UUID(int=2))
    (event,) = events.append(RecordingConnection(), [new], new_id=lambda: UUID(int=9))
    return event


def test_ids_and_dates_are_carried_as_text_and_returned_as_stored():
    event = append({"id": UUID(int=1), "day": date(2026, 1, 2), "at": datetime(2026, 1, 2, 3, tzinfo=UTC)})
    assert event.payload == {"id": str(UUID(int=1)), "day": "2026-01-02", "at": "2026-01-02T03:00:00+00:00"}
    assert (event.event_id, event.seq) == (UUID(int=9), 1)


@pytest.mark.parametrize("value", [Decimal("0.1"), {1}, b"x"])
def test_what_would_change_on_the_way_is_refused(value):
    with pytest.raises(TypeError, match="cannot carry"):
        append({"value": value})


def test_number_that_json_does_not_have_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        append({"value": float("nan")})
