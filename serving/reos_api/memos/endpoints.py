"""`/v1/memos`: one memo and its document."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from reos_api.dependencies import AppServices, MemoReader, Reads
from reos_api.memos import documents, queries
from reos_api.memos.schemas import Memo
from reos_api.problems import problems
from reos_api.responses import respond

_PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(prefix="/v1/memos", tags=["memos"], responses=problems(401, 403, 404, 422, 503))


class PdfResponse(Response):
    """A PDF document."""

    media_type = "application/pdf"


@router.get("/{memo_id}", response_model=Memo)
async def get_memo(request: Request, memo_id: UUID, reads: Reads, _: MemoReader) -> Response:
    """Describe one memo."""
    return respond(request, await reads.document(queries.memo(memo_id), documents.UNKNOWN))


@router.get("/{memo_id}/pdf", response_class=PdfResponse, responses={200: {"content": _PDF}})
async def download_memo(request: Request, memo_id: UUID, reads: Reads, app: AppServices, _: MemoReader) -> Response:
    """Download the memo as PDF. Its `ETag` is the SHA-256 of the document."""
    content, sha256 = await documents.load(reads, memo_id, app.settings.memo_dir)
    disposition = {"content-disposition": f'attachment; filename="memo-{memo_id}.pdf"'}
    return respond(request, content, etag=f'"{sha256}"', media_type="application/pdf", headers=disposition)
