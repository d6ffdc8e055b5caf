import json
from datetime import UTC, datetime
from uuid import UUID

from reos.events import Event, EventType, Subject
from reos.timeline.frames import GOODBYE, HEARTBEAT, encode, opening

EVENT = Event(
    seq=7,
    event_id=UUID(int=1),
    subject=Subject.SCORING_CALCULATED,
    event_type=EventType.PROPERTY_SCORED,
    tenant_id=UUID(int=2),
    property_id=UUID(int=3),
    correlation_id=UUID(int=4),
    causation_id=None,
    occurred_at=datetime(2026, 11, 24, tzinfo=UTC),
    payload={"note": "two\nlines"},
    metadata={"source": "reos", "user_id": None},
)


def test_a_frame_carries_the_place_in_the_log_and_the_envelope_in_one_data_line() -> None:
    frame = encode(EVENT)
    assert (frame.seq, frame.property_id) == (7, UUID(int=3))
    first, second, *rest = frame.data.decode().split("\n")
    assert (first, rest) == ("id: 7", ["", ""])
    assert json.loads(second.removeprefix("data: ")) == EVENT.envelope()


def test_a_stream_opens_with_the_place_to_continue_from_and_no_event() -> None:
    assert opening(41) == b"retry: 2000\nid: 41\n\n"


def test_comments_are_no_events() -> None:
    assert HEARTBEAT.startswith(b":")
    assert GOODBYE.startswith(b":")
