"""`/v1/properties/export`: the record as a file, streamed."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field
from starlette.responses import StreamingResponse

from reos_api.dependencies import AppServices, PropertyReader, Reads
from reos_api.exports.rows import ExportFormat, chunks
from reos_api.problems import problems
from reos_api.properties.schemas import PropertyCriteria
from reos_api.properties.service import criteria

router = APIRouter(tags=["properties"], responses=problems(401, 403, 422, 503))


class ExportQuery(PropertyCriteria):
    """Which properties, and in which form."""

    format: ExportFormat = Field(default=ExportFormat.CSV, description="`csv` or `ndjson`.")


_TYPES = {ExportFormat.CSV: "text/csv", ExportFormat.NDJSON: "application/x-ndjson"}
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {"schema": {"type": "string"}} for media_type in _TYPES.values()}}
}


@router.get("/v1/properties/export", response_class=StreamingResponse, responses=_CONTENT)
async def export_properties(
    wanted: Annotated[ExportQuery, Query()], reads: Reads, app: AppServices, _: PropertyReader
) -> Response:
    """Download all properties that the filters leave, oldest first.

    In CSV, a cell that a spreadsheet would run as a formula begins with `'`; an import takes it off again. NDJSON has
    the values as they are.
    """
    file = await chunks(reads, criteria(wanted), wanted.format)
    today: date = app.clock.now().date()
    disposition = f'attachment; filename="properties-{today}.{wanted.format}"'
    headers = {"content-disposition": disposition, "cache-control": "no-store"}
    return StreamingResponse(file, headers=headers, media_type=_TYPES[wanted.format])
