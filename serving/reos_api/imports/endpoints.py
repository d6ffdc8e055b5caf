"""`/v1/properties/import` and `/v1/imports`: a file of leads in, what it brought, and taking it back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from reos_api.dependencies import AppServices, PropertyCreator, PropertyReader
from reos_api.idempotency import IdempotencyKey
from reos_api.imports import lists, runs
from reos_api.imports.schemas import ImportAnswer, ImportBatchPage, ImportReport, RejectedRowPage, UndoReport
from reos_api.imports.upload import PATH, ImportForm, received
from reos_api.problems import problems
from reos_api.responses import respond

router = APIRouter(tags=["imports"], responses=problems(401, 403, 422, 503))
_MISSING = problems(404)
_CHANGED = problems(404, 409, 413)
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
Cursor = Annotated[str | None, Query(max_length=300, description="`next_cursor` of the page before.")]


def _body() -> dict[str, Any]:
    schema = ImportForm.model_json_schema()
    file = {"type": "string", "format": "binary", "description": "CSV, NDJSON, GeoJSON or .xlsx; text may be gzipped."}
    schema["properties"] = {"file": file, **schema["properties"]}
    schema["required"] = ["file"]
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


class CsvResponse(StreamingResponse):
    """A CSV that is written while it is read."""

    media_type = "text/csv"


@router.post(
    PATH,
    status_code=201,
    response_model=ImportAnswer,
    responses={200: {"model": ImportAnswer}, **problems(409, 413)},
    openapi_extra=_body(),
)
async def import_properties(
    request: Request, who: PropertyCreator, app: AppServices, key: IdempotencyKey = None
) -> Response:
    """Import a file of leads (201), or say that it was imported before (200).

    Without `profile` or `mapping` nothing is stored and the answer (200) proposes a mapping: correct it and send it
    back as `mapping`. With `dry_run` the file is read and reported only: commit or discard it. Good rows are taken
    whatever the others are; the refused ones are listed with line and reason.
    """
    async with received(request) as upload:
        return await runs.take_in(app, who, upload, key)


@router.get("/v1/imports", response_model=ImportBatchPage)
async def list_imports(
    request: Request,
    who: PropertyReader,
    app: AppServices,
    limit: Annotated[int, Query(ge=1, le=200, description="Imports a page.")] = 50,
    cursor: Cursor = None,
) -> Response:
    """List imports, newest first."""
    return respond(request, await lists.batches(app, who, limit, cursor))


@router.get("/v1/imports/{batch_id}", response_model=ImportReport, responses=_MISSING)
async def get_import(request: Request, batch_id: UUID, who: PropertyReader, app: AppServices) -> Response:
    """Show one import; while it waits for commit or discard, with what committing it would do and cost."""
    return respond(request, await runs.report(app, who, batch_id))


@router.get("/v1/imports/{batch_id}/rejections", response_model=RejectedRowPage, responses=_MISSING)
async def list_import_rejections(
    request: Request,
    batch_id: UUID,
    who: PropertyReader,
    app: AppServices,
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows a page.")] = 100,
    cursor: Cursor = None,
) -> Response:
    """List the refused rows by line, with reasons."""
    return respond(request, await lists.rejections(app, who, batch_id, limit, cursor))


@router.get(
    "/v1/imports/{batch_id}/rejections.csv", status_code=200, response_class=CsvResponse, responses={**_CSV, **_MISSING}
)
async def download_import_rejections(batch_id: UUID, who: PropertyReader, app: AppServices) -> Response:
    """Download the refused rows as CSV: line, kind and reason, then the row's own columns. Mend them and import it.

    Cells that a spreadsheet would run as formulas begin with `'`; importing takes it off again.
    """
    chunks = await lists.rejections_csv(app, who, batch_id)
    disposition = f'attachment; filename="rejections-{batch_id}.csv"'
    return CsvResponse(chunks, headers={"content-disposition": disposition, "cache-control": "no-store"})


@router.post("/v1/imports/{batch_id}/commit", response_model=ImportReport, responses=_CHANGED)
async def commit_import(batch_id: UUID, who: PropertyCreator, app: AppServices, key: IdempotencyKey = None) -> Response:
    """Commit a dry run: store what its preview shows. Committing it again changes nothing."""
    return await runs.commit(app, who, batch_id, key)


@router.post("/v1/imports/{batch_id}/undo", response_model=UndoReport, responses=_CHANGED)
async def undo_import(batch_id: UUID, who: PropertyCreator, app: AppServices, key: IdempotencyKey = None) -> Response:
    """Take an import back: what it created and nothing else has used since goes; what has to stay is named."""
    return await runs.undo(app, who, batch_id, key)


@router.delete("/v1/imports/{batch_id}", response_model=ImportReport, responses=_CHANGED)
async def discard_import(batch_id: UUID, who: PropertyCreator, app: AppServices) -> Response:
    """Discard a dry run that was not committed."""
    return await runs.discard(app, who, batch_id)
