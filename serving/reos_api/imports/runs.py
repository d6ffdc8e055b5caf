"""The import use-cases behind the routes: in a thread, as `reos_pipeline` within the caller's tenant, a few at a time.

Each opens its own transactions and may be repeated: after a crash the same request continues where the first one was.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Literal
from uuid import UUID

import anyio.to_thread
import orjson
from anyio import CapacityLimiter
from pydantic import BaseModel, SecretStr
from starlette.responses import Response

from reos import db
from reos.core.errors import UnavailableError
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.events import Subject, wake
from reos.pipeline import import_leads
from reos.pipeline.enrich_fetch import Sources
from reos.pipeline.import_preview import Preview
from reos.pipeline.profiles import Profile, load_profile, parse_profile
from reos.pipeline.profiles.proposals import Proposal, as_document, propose
from reos_api.dependencies import Caller
from reos_api.idempotency import Answer, once
from reos_api.imports.schemas import (
    ImportAnswer,
    ImportBatch,
    ImportPreview,
    ImportReport,
    MappingProposal,
    ProposedColumn,
    UndoReport,
)
from reos_api.imports.upload import Upload
from reos_api.services import Services

_NO_KEY = SecretStr("none")
_IMPORTERS = CapacityLimiter(2)  # parsing is CPU: uploads wait for each other, not the API for them


async def take_in(app: Services, who: Caller, upload: Upload, key: str | None) -> Response:
    """Import the file, stage it, or propose a mapping for it; see `ImportAnswer`."""
    digest = await anyio.to_thread.run_sync(upload.digest)
    return await _answer(app, who, key, digest, partial(_take_in, app, who, upload))


async def commit(app: Services, who: Caller, batch_id: UUID, key: str | None) -> Response:
    """Publish a staged batch."""
    return await _answer(app, who, key, _digest("commit", batch_id), partial(_commit, app, who, batch_id))


async def undo(app: Services, who: Caller, batch_id: UUID, key: str | None) -> Response:
    """Take an import back."""
    return await _answer(app, who, key, _digest("undo", batch_id), partial(_undo, app, who, batch_id))


async def discard(app: Services, who: Caller, batch_id: UUID) -> Response:
    """Drop a staged batch."""

    def work() -> Answer:
        with _connection(app, who) as conn:
            import_leads.discard(conn, who.tenant_id, batch_id)
            return _said(200, _report(app, conn, who, batch_id))

    return _response(await anyio.to_thread.run_sync(work, limiter=_IMPORTERS))


async def report(app: Services, who: Caller, batch_id: UUID) -> bytes:
    """Return the report of one import as JSON; `NotFoundError` when there is none."""

    def staged() -> ImportReport:
        with _connection(app, who) as conn:
            return _report(app, conn, who, batch_id)

    batch = await app.pools.run(lambda conn: import_leads.batch(conn, who.tenant_id, batch_id))
    if batch.status is import_leads.Status.STAGED:
        found = await anyio.to_thread.run_sync(staged)
    else:
        found = ImportReport(batch=ImportBatch.model_validate(batch), preview=None)
    return found.model_dump_json().encode()


def _take_in(app: Services, who: Caller, upload: Upload) -> Answer:
    form = upload.form
    profile = _profile(upload)
    if profile is None:
        proposal = propose(upload.path, constants=form.constants, max_bytes=app.settings.import_max_bytes)
        return _said(200, ImportAnswer(outcome="proposed", proposal=_proposal(proposal), report=None))
    limit = app.settings.import_max_bytes
    source = import_leads.Source(upload.path, profile, form.logical_date, who.user_id, max_bytes=limit)
    with _connection(app, who) as conn:
        staged = import_leads.stage(conn, who.tenant_id, source, clock=app.clock)
        if not form.dry_run:
            import_leads.publish(conn, who.tenant_id, staged.batch_id, clock=app.clock)
        found = _report(app, conn, who, staged.batch_id)
    outcome: Literal["staged", "imported"] = "staged" if found.preview else "imported"
    answer = ImportAnswer(outcome=outcome, proposal=None, report=found)
    return _said(200 if staged.status is import_leads.Status.DONE else 201, answer)


def _profile(upload: Upload) -> Profile | None:
    form = upload.form
    if form.mapping is None:
        return load_profile(form.profile) if form.profile else None
    return parse_profile("mapping", orjson.dumps(form.mapping).decode())


def _commit(app: Services, who: Caller, batch_id: UUID) -> Answer:
    with _connection(app, who) as conn:
        import_leads.publish(conn, who.tenant_id, batch_id, clock=app.clock)
        return _said(200, _report(app, conn, who, batch_id))


def _undo(app: Services, who: Caller, batch_id: UUID) -> Answer:
    with _connection(app, who) as conn:
        undone = import_leads.undo(conn, who.tenant_id, batch_id, clock=app.clock, user_id=who.user_id)
        return _said(200, UndoReport.model_validate(undone))


def _report(app: Services, conn: Connection, who: Caller, batch_id: UUID) -> ImportReport:
    batch = import_leads.batch(conn, who.tenant_id, batch_id)
    preview = _preview(app, conn, who, batch_id) if batch.status is import_leads.Status.STAGED else None
    return ImportReport(
        batch=ImportBatch.model_validate(batch), preview=ImportPreview.model_validate(preview) if preview else None
    )


def _preview(app: Services, conn: Connection, who: Caller, batch_id: UUID) -> Preview:
    # The API is given no provider's key and calls none; what a source would charge does not depend on the key.
    settings = app.settings.model_copy(update={"attom_api_key": app.settings.attom_api_key or _NO_KEY})
    with Sources(settings, app.clock) as sources:
        return import_leads.preview(conn, who.tenant_id, batch_id, clock=app.clock, sources=sources.connectors)


def _proposal(found: Proposal) -> MappingProposal:
    return MappingProposal(
        profile=as_document(found.profile),
        columns=[ProposedColumn.model_validate(each) for each in found.mapped],
        unused=found.unused,
        remarks=found.remarks,
    )


@contextmanager
def _connection(app: Services, who: Caller) -> Iterator[Connection]:
    """Open a connection that may write what imports write, for one use-case, confined to the caller's tenant."""
    url = app.settings.optional("db_pipeline_url")
    if url is None:
        raise UnavailableError("This server takes no imports.", remedy="Use `reos import` or the drop folder.")
    conn = db.connect(url, application_name="reos-api-import", tenant_id=who.tenant_id)
    try:
        yield conn
    finally:
        conn.close()


def _digest(operation: str, batch_id: UUID) -> bytes:
    return hashlib.sha256(f"{operation}:{batch_id}".encode()).digest()


async def _answer(app: Services, who: Caller, key: str | None, digest: bytes, work: Callable[[], Answer]) -> Response:
    if key is None:
        answer = await anyio.to_thread.run_sync(work, limiter=_IMPORTERS)
    else:
        answer = await app.pools.run(partial(_once, who, key, digest, work), limiter=_IMPORTERS)
    if not answer.replayed:
        await anyio.to_thread.run_sync(partial(wake, app.redis_url, [Subject.DISCOVERY_INTAKE]))
        app.relay.wake()
    return _response(answer)


def _once(who: Caller, key: str, digest: bytes, work: Callable[[], Answer], conn: Connection) -> Answer:
    with tenant_transaction(conn, who.tenant_id):
        return once(conn, who, key, digest, work)


def _said(status: int, body: BaseModel) -> Answer:
    return Answer(status, body.model_dump_json().encode())


def _response(answer: Answer) -> Response:
    headers = {"cache-control": "no-store", **answer.headers}
    return Response(answer.body, answer.status, headers, media_type="application/json")
