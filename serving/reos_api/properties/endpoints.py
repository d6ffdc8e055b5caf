"""`/v1/properties`: the record and everything that hangs on it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from reos.property import match_queries, queries
from reos_api.dependencies import (
    AppServices,
    MemoReader,
    MemoRequester,
    PropertyCreator,
    PropertyReader,
    PropertyUpdater,
    Reads,
    TimelineReader,
)
from reos_api.events.dependencies import OpenStream
from reos_api.events.schemas import EventEnvelope, TimelinePage
from reos_api.events.stream import EventStream
from reos_api.idempotency import IdempotencyKey
from reos_api.memos import requests
from reos_api.memos.queries import memos_of
from reos_api.memos.schemas import Memo, MemoList
from reos_api.problems import problems
from reos_api.properties import intake, merges, service
from reos_api.properties.merges import MergeList, MergeRequest, MergeResult
from reos_api.properties.schemas import (
    IntakeResult,
    NewProperty,
    PropertyDetail,
    PropertyFilters,
    PropertyPage,
    ProvenanceList,
    ScoreDetail,
    ScoreHistory,
)
from reos_api.responses import respond

router = APIRouter(prefix="/v1/properties", tags=["properties"], responses=problems(401, 403, 422, 503))
_MISSING = problems(307, 404)


@router.get("", response_model=PropertyPage)
async def list_properties(
    request: Request, filters: Annotated[PropertyFilters, Query()], reads: Reads, _: PropertyReader
) -> Response:
    """List properties, best score first, with filters and keyset cursors."""
    return respond(request, await service.page(reads, filters))


@router.post(
    "", status_code=201, response_model=IntakeResult, responses={200: {"model": IntakeResult}, **problems(409, 413)}
)
async def create_property(
    lead: NewProperty, who: PropertyCreator, app: AppServices, key: IdempotencyKey = None
) -> Response:
    """Take a lead in: normalise it, recognise a property that is known already (200), or create one (201).

    Enrichment, scoring and the memo follow by themselves; watch them on the property's stream.
    """
    return await intake.take_in(app, who, lead, key)


@router.get("/{property_id}", response_model=PropertyDetail, responses=_MISSING)
async def get_property(request: Request, property_id: UUID, reads: Reads, _: PropertyReader) -> Response:
    """Show one property: facts, score with reasons, and where each field comes from."""
    return await service.show(request, reads, property_id, queries.detail(property_id), service.UNKNOWN)


@router.get("/{property_id}/score", response_model=ScoreDetail, responses=_MISSING)
async def get_property_score(request: Request, property_id: UUID, reads: Reads, _: PropertyReader) -> Response:
    """Show the current score and the reasons that add up to it; 404 until there is one."""
    return await service.show(request, reads, property_id, queries.score(property_id), service.UNSCORED)


@router.get("/{property_id}/score/history", response_model=ScoreHistory, responses=_MISSING)
async def list_property_score_versions(
    request: Request, property_id: UUID, reads: Reads, _: PropertyReader
) -> Response:
    """List every version of the score, newest first."""
    return await service.show(request, reads, property_id, queries.score_history(property_id), service.UNKNOWN)


@router.get("/{property_id}/provenance", response_model=ProvenanceList, responses=_MISSING)
async def list_property_provenance(request: Request, property_id: UUID, reads: Reads, _: PropertyReader) -> Response:
    """List where each field's value comes from, and what the other sources said."""
    return await service.show(request, reads, property_id, queries.provenance(property_id), service.UNKNOWN)


@router.get("/{property_id}/memos", response_model=MemoList, responses=_MISSING, tags=["memos"])
async def list_property_memos(request: Request, property_id: UUID, reads: Reads, _: MemoReader) -> Response:
    """List the memos of a property, newest first."""
    await service.require(request, reads, property_id)
    return respond(request, await reads.document(memos_of(property_id), service.UNKNOWN))


@router.post(
    "/{property_id}/memos",
    status_code=201,
    response_model=Memo,
    responses={200: {"model": Memo}, **_MISSING},
    tags=["memos"],
)
async def request_memo(
    request: Request, property_id: UUID, who: MemoRequester, reads: Reads, app: AppServices
) -> Response:
    """Have a memo rendered now, whatever the score: 201, or 200 when one of the same inputs exists.

    It takes a few seconds. Properties that reach the tenant's threshold get theirs without asking.
    """
    await service.require(request, reads, property_id)
    return await requests.render(app, who, reads, property_id)


@router.post("/{property_id}/merge", response_model=MergeResult, responses=problems(404, 409, 413), tags=["matches"])
async def merge_property(
    property_id: UUID, body: MergeRequest, who: PropertyUpdater, app: AppServices, key: IdempotencyKey = None
) -> Response:
    """Merge another property into this one: it keeps its record, and this one answers for it from now on."""
    return await merges.merge_into(app, who, property_id, body, key)


@router.post("/{property_id}/unmerge", response_model=MergeResult, responses=problems(404, 409, 413), tags=["matches"])
async def unmerge_property(
    property_id: UUID, body: MergeRequest, who: PropertyUpdater, app: AppServices, key: IdempotencyKey = None
) -> Response:
    """Take a merge back: both are again what they were, and no rule merges the two again."""
    return await merges.release(app, who, property_id, body, key)


@router.get("/{property_id}/merges", response_model=MergeList, responses=problems(404), tags=["matches"])
async def list_property_merges(request: Request, property_id: UUID, reads: Reads, _: PropertyReader) -> Response:
    """List what this property has absorbed or was merged into, newest first, with evidence, also what was undone."""
    return respond(request, await reads.document(match_queries.merges(property_id), service.UNKNOWN))


@router.get("/{property_id}/timeline", response_model=TimelinePage, responses=_MISSING, tags=["timeline"])
async def get_property_timeline(
    request: Request,
    property_id: UUID,
    reads: Reads,
    _: TimelineReader,
    limit: Annotated[int, Query(ge=1, le=200, description="Events a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=300, description="`next_cursor` of the page before.")] = None,
) -> Response:
    """Show what happened to a property, newest first."""
    await service.require(request, reads, property_id)
    return respond(request, await service.timeline(reads, property_id, limit, cursor))


@router.get(
    "/{property_id}/stream",
    status_code=200,
    response_class=EventStream,
    responses={200: {"model": EventEnvelope}, **_MISSING},
    tags=["events"],
)
async def stream_property_events(
    request: Request, property_id: UUID, reads: Reads, open_stream: OpenStream
) -> Response:
    """Stream one property's events as server-sent events; as `/v1/events/stream`, narrowed to the property."""
    await service.require(request, reads, property_id)
    return open_stream(property_id)
