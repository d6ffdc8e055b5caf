"""`/v1/events`: everything that happens in the tenant, as it happens."""

from fastapi import APIRouter, Response

from reos_api.events.dependencies import OpenStream
from reos_api.events.schemas import EventEnvelope
from reos_api.events.stream import EventStream
from reos_api.problems import problems

router = APIRouter(prefix="/v1/events", tags=["events"], responses=problems(401, 403, 422, 503))


@router.get("/stream", status_code=200, response_class=EventStream, responses={200: {"model": EventEnvelope}})
async def stream_events(open_stream: OpenStream) -> Response:
    """Stream the tenant's events as server-sent events.

    Each event's `id` is its place in the log and its `data` the JSON envelope; there is no `event` field, so that a
    browser's `onmessage` receives all types. After an interruption send the last id as `Last-Event-ID` (browsers do):
    what was missed comes first. Comments keep the connection alive; after a quarter of an hour, or when the access
    token expires, the stream ends and the client reconnects.
    """
    return open_stream(None)
