"""The event log: what may happen, how it is written and how it is read without missing or doubling anything."""

from reos.events.catalogue import PRODUCER_OF, SUBJECT_OF, EventType, Subject
from reos.events.cursor import claim_batch
from reos.events.envelope import Event, NewEvent
from reos.events.log import append, read_after, safe_head
from reos.events.wakeup import wake

__all__ = [
    "PRODUCER_OF",
    "SUBJECT_OF",
    "Event",
    "EventType",
    "NewEvent",
    "Subject",
    "append",
    "claim_batch",
    "read_after",
    "safe_head",
    "wake",
]
