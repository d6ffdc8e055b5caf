"""A memo on request: rendered by the pipeline's use-case as `reos_app`, in a thread, one at a time a process."""

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.responses import Response

from reos.db.connection import Connection
from reos.events import Subject, wake
from reos_api.dependencies import Caller
from reos_api.memos.documents import UNKNOWN
from reos_api.memos.queries import memo
from reos_api.reads import TenantReads
from reos_api.services import Services

if TYPE_CHECKING:
    from reos.pipeline.memo_ledger import RenderedMemo

_RENDERERS = CapacityLimiter(1)  # layout is CPU for a second or more: requests wait for each other, not for the API


async def render(app: Services, who: Caller, reads: TenantReads, property_id: UUID) -> Response:
    """Render the memo, or find the one of the same inputs; `NotFoundError` for a property without a score."""
    made = await app.pools.run(partial(_render, app, who, property_id), limiter=_RENDERERS)
    if made.created:
        await anyio.to_thread.run_sync(partial(wake, app.redis_url, [Subject.DOCGEN_GENERATED]))
        app.relay.wake()
    headers = {"location": f"/v1/memos/{made.memo_id}", "cache-control": "no-store"}
    body = await reads.document(memo(made.memo_id), UNKNOWN)
    return Response(body, 201 if made.created else 200, headers, media_type="application/json")


def _render(app: Services, who: Caller, property_id: UUID, conn: Connection) -> "RenderedMemo":
    from reos.pipeline.render_memos import render_memo  # noqa: PLC0415 - the layout engine takes seconds to import

    return render_memo(conn, who.tenant_id, property_id, settings=app.settings, clock=app.clock)
