"""How a stream is asked for: where to continue, and for how long."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header

from reos_api.dependencies import AppServices, TimelineReader
from reos_api.events.stream import EventStream, StreamRequest

LastEventId = Annotated[
    int | None,
    Header(
        alias="Last-Event-ID",
        ge=0,
        le=2**63 - 1,
        description="Id of the last event received: everything after it is sent first, nothing is lost or doubled.",
    ),
]
StreamOpener = Callable[[UUID | None], EventStream]


def stream_opener(who: TimelineReader, app: AppServices, last_event_id: LastEventId = None) -> StreamOpener:
    """Return what opens a stream of the caller's tenant; it ends before the access token does."""
    left = (who.expires_at - app.clock.now()).total_seconds()

    def opened(property_id: UUID | None) -> EventStream:
        request = StreamRequest(
            tenant_id=who.tenant_id,
            property_id=property_id,
            after=last_event_id,
            lifetime_seconds=min(left, app.api.stream_lifetime_seconds),
            heartbeat_seconds=app.api.stream_heartbeat_seconds,
        )
        return EventStream(request, app.relay, app.metrics)

    return opened


OpenStream = Annotated[StreamOpener, Depends(stream_opener)]
