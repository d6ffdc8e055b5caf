"""A write of discovery: once per Idempotency-Key, in one transaction of the caller's tenant, readers woken after it."""

from collections.abc import Callable
from functools import partial

import anyio.to_thread
from pydantic import BaseModel
from starlette.responses import Response

from reos.db.connection import Connection
from reos.events import Subject, wake
from reos_api.dependencies import Caller
from reos_api.idempotency import Answer, once, request_hash
from reos_api.services import Services


async def commit(
    app: Services, who: Caller, key: str | None, digest: bytes, work: Callable[[Connection], Answer]
) -> Answer:
    """Do `work` and return its answer, or the one that this key got before."""
    answer = await app.pools.write(who.tenant_id, lambda conn: once(conn, who, key, digest, lambda: work(conn)))
    if not answer.replayed:
        await anyio.to_thread.run_sync(partial(wake, app.redis_url, [Subject.DISCOVERY_INTAKE]))
        app.relay.wake()
    return answer


async def respond_once(
    app: Services,
    who: Caller,
    key: str | None,
    body: BaseModel,
    operation: str,
    work: Callable[[Connection], BaseModel],
) -> Response:
    """Answer 200 with what `work` returns; `operation` and `body` are what the key stands for."""

    def answer(conn: Connection) -> Answer:
        return Answer(200, work(conn).model_dump_json().encode())

    found = await commit(app, who, key, request_hash(body, operation), answer)
    headers = {"cache-control": "no-store", **found.headers}
    return Response(found.body, found.status, headers, media_type="application/json")
