"""An event before and after it is written, and its envelope: the JSON that the API, SSE and Airflow carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from reos.events.catalogue import SUBJECT_OF, EventType, Subject

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class NewEvent:
    """What a producer has to say; `correlation_id` is that of the property's journey, `causation_id` the cause's id."""

    event_type: EventType
    tenant_id: UUID
    property_id: UUID | None
    payload: Mapping[str, Any]
    correlation_id: UUID
    causation_id: UUID | None = None
    source: str = "reos"
    user_id: UUID | None = None

    @property
    def subject(self) -> Subject:
        """The stream that this type belongs to."""
        return SUBJECT_OF[self.event_type]

    def stored_payload(self) -> dict[str, Any]:
        """Return the payload as stored: with the property's id, which every consumer wants, if there is one."""
        return {**({"property_id": str(self.property_id)} if self.property_id else {}), **self.payload}

    def stored_metadata(self) -> dict[str, Any]:
        """Return who said it, in the form of the envelope."""
        return {"source": self.source, "user_id": str(self.user_id) if self.user_id else None}


@dataclass(frozen=True)
class Event:
    """An event of the log; `seq` orders the log and is a reader's bookmark, `occurred_at` is aware."""

    seq: int
    event_id: UUID
    subject: Subject
    event_type: EventType
    tenant_id: UUID
    property_id: UUID | None
    correlation_id: UUID
    causation_id: UUID | None
    occurred_at: datetime
    payload: Mapping[str, Any]
    metadata: Mapping[str, Any]
    schema_version: int = SCHEMA_VERSION

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Event":
        """Build an event from a row with the columns of `log.COLUMNS`."""
        return cls(**{**row, "subject": Subject(row["subject"]), "event_type": EventType(row["event_type"])})

    def envelope(self) -> dict[str, Any]:
        """Return the event as plain JSON values, keys in the order in which they are documented."""
        instant = self.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return {
            "event_id": str(self.event_id),
            "event_type": self.event_type.value,
            "timestamp": instant,
            "tenant_id": str(self.tenant_id),
            "correlation_id": str(self.correlation_id),
            "payload": dict(self.payload),
            "metadata": dict(self.metadata),
            "subject": self.subject.value,
            "causation_id": str(self.causation_id) if self.causation_id else None,
            "schema_version": self.schema_version,
        }
