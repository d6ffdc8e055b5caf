"""The event as it goes over the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from reos_api.models import AnswerModel, NextCursor


class EventMetadata(AnswerModel):
    """Who said it."""

    source: str = Field(examples=["api"])
    user_id: UUID | None


class EventEnvelope(AnswerModel):
    """What happened, to what, when, and what caused it."""

    event_id: UUID
    event_type: str = Field(examples=["property.scored"])
    timestamp: datetime
    tenant_id: UUID
    correlation_id: UUID = Field(description="The same for every event of a property's journey.")
    payload: dict[str, Any] = Field(description="Depends on `event_type`.", examples=[{"score": 82}])
    metadata: EventMetadata
    subject: str = Field(examples=["event.scoring.calculated"])
    causation_id: UUID | None = Field(description="The event that caused this one.")
    schema_version: int = Field(examples=[1])


class TimelineItem(EventEnvelope):
    """An event with its place in the log."""

    seq: int = Field(description="Place in the log; a stream continues after it when sent as `Last-Event-ID`.")


class TimelinePage(AnswerModel):
    """A page of a timeline, newest first."""

    items: list[TimelineItem]
    next_cursor: NextCursor
