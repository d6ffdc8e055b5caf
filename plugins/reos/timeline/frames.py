"""Server-sent events on the wire (HTML Living Standard §9.2): one event is encoded once, for all its listeners."""

from dataclasses import dataclass
from uuid import UUID

import orjson

from reos.events import Event

HEARTBEAT = b": still here\n\n"
GOODBYE = b": please reconnect\n\n"


@dataclass(frozen=True, slots=True)
class Frame:
    """One event ready to send; its `seq` is the SSE id, so a browser's Last-Event-ID is a place in the log."""

    seq: int
    property_id: UUID | None
    data: bytes


def encode(event: Event) -> Frame:
    """Encode the envelope. No `event:` field: a browser's `onmessage` gets every type and reads `event_type`."""
    body = orjson.dumps(event.envelope())
    return Frame(event.seq, event.property_id, b"id: %d\ndata: %s\n\n" % (event.seq, body))


def opening(seq: int, retry_ms: int = 2000) -> bytes:
    """Encode what a stream begins with: when to reconnect, and from where if no event comes before that."""
    return b"retry: %d\nid: %d\n\n" % (retry_ms, seq)
